import {nameCaller} from '../../geometry/error.js';
import {checkGradients, type FunctionOf, type GradientInputs} from './checkGradients.js';
import type {GradientReport} from './gradientReport.js';
import type {GradientOptions} from './options.js';

/** An error that carries a report that did not pass. Any test runner prints it. */
export class GradientError extends Error {
  override readonly name = 'GradientError';

  constructor(readonly report: GradientReport) {
    super(report.summary);
  }
}

/** `checkGradients` for tests. @throws GradientError with the report in words unless the check passed */
export async function assertGradients<const T extends GradientInputs>(
  f: FunctionOf<T>,
  inputs: T,
  options?: GradientOptions,
): Promise<GradientReport> {
  const report = await checkGradients(f, inputs, options).catch((error) => {
    throw nameCaller(error, 'assertGradients');
  });
  if (!report.passed) throw new GradientError(report);
  return report;
}
