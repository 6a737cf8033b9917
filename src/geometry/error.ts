/**
 * The error of every refusal. It names the function that the caller used, the broken constraint with its numbers, and the way
 * out. Any other error is a defect of convgrad or of tfjs.
 */
export class ConvgradError extends Error {
  override readonly name = 'ConvgradError';

  /**
   * @param functionName the function that the user called. Code that several functions share cannot know it and passes undefined;
   * the function at the top adds it with {@link nameCaller}.
   */
  constructor(
    functionName: string | undefined,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(functionName === undefined ? problem : `${functionName}: ${problem}`, options);
  }
}

/** Returns what a computation threw. A ConvgradError then names the function that the user called. */
export function nameCaller(error: unknown, functionName: string): unknown {
  if (!(error instanceof ConvgradError) || error.message === `${functionName}: ${error.problem}`) return error;
  return new ConvgradError(functionName, error.problem, {cause: error});
}

/**
 * Returns what a pass threw. A ConvgradError then names the function that the user called, and so does one for an allocation that
 * failed.
 * @param bytes the size of the result
 */
export function namePassError(error: unknown, functionName: string, bytes: number): unknown {
  const {name, message = ''} = error as Partial<Error>;
  if (name !== 'RangeError' || !/allocation|array length|memory/i.test(message)) return nameCaller(error, functionName);
  return new ConvgradError(
    functionName,
    `there is not enough memory for the result (${bytes} bytes) and for computing it; dispose of tensors or use a smaller batch.`,
    {cause: error},
  );
}
