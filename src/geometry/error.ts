/**
 * Every refusal of convgrad: names the function the caller used, the broken constraint with its numbers, and the way out.
 * Anything else that is thrown is a defect of convgrad or of tfjs.
 */
export class ConvgradError extends Error {
  override readonly name = 'ConvgradError';

  constructor(functionName: string, problem: string) {
    super(`${functionName}: ${problem}`);
  }
}

/** A refusal for want of memory. Where it arises nobody knows what the user called; whoever does names it. */
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
 * What a computation threw, named after what the user called where it was for want of memory.
 * @param bytes of the result
 */
export function nameOutOfMemory(error: unknown, functionName: string, bytes: number): unknown {
  if (error instanceof OutOfMemory) return error.named(functionName);
  const {name, message = ''} = error as Partial<Error>;
  if (name !== 'RangeError' || !/allocation|array length|memory/i.test(message)) return error;
  return new OutOfMemory(
    functionName,
    `there is no memory for the result, ${bytes} bytes, and what it takes to compute it; dispose of tensors or use a smaller batch.`,
  );
}
