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
