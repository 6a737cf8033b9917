import {checkGradients, type FunctionOf, type GradientInputs} from './checkGradients.js';
import type {GradientReport} from './gradientReport.js';
import type {GradientOptions} from './options.js';

/** A report that is not a pass, as an error that any test runner prints. */
export class GradientError extends Error {
  override readonly name = 'GradientError';

  constructor(readonly report: GradientReport) {
    super(report.summary);
  }
}

/** `checkGradients` for tests. @throws GradientError with the report in words unless it passed */
export async function assertGradients<const T extends GradientInputs>(
  f: FunctionOf<T>,
  inputs: T,
  options?: GradientOptions,
): Promise<GradientReport> {
  const report = await checkGradients(f, inputs, options);
  if (!report.passed) throw new GradientError(report);
  return report;
}
