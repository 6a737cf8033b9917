/**
 * The error of every refusal. It names the function that the caller used, the broken constraint with its numbers, and the way
 * out. Any other error is a defect of convgrad or of tfjs.
 */
export class ConvgradError extends Error {
  override readonly name = 'ConvgradError';

  constructor(functionName: string, problem: string) {
    super(`${functionName}: ${problem}`);
  }
}

/**
 * A refusal because of too little memory. The code that throws it does not know which function the user called; a caller that
 * knows adds the name with `named`.
 */
export class OutOfMemory extends ConvgradError {
  constructor(
    functionName: string,
    private readonly problem: string,
  ) {
    super(functionName, problem);
  }

  named(functionName: string): OutOfMemory {
    return new OutOfMemory(functionName, this.problem);
  }
}

/**
 * Returns what a computation threw. If the cause was too little memory, the error names the function that the user called.
 * @param bytes the size of the result
 */
export function nameOutOfMemory(error: unknown, functionName: string, bytes: number): unknown {
  if (error instanceof OutOfMemory) return error.named(functionName);
  const {name, message = ''} = error as Partial<Error>;
  if (name !== 'RangeError' || !/allocation|array length|memory/i.test(message)) return error;
  return new OutOfMemory(
    functionName,
    `there is not enough memory for the result (${bytes} bytes) and for computing it; dispose of tensors or use a smaller batch.`,
  );
}
