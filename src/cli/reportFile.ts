import type {VerifyReport} from '../verify/report/report.js';
import {assertWritable, writeAtomically} from './atomicFile.js';

/** How often the report so far is written while a run lasts. */
const interval = 5000;

/** A report on disk that is whole at every moment. */
export class ReportFile<R = VerifyReport> {
  private lastWrite = Date.now();

  /**
   * @param flag the flag that named the file, for complaints
   * @param render what stands in the file
   * @throws ConvgradError when the file cannot be written
   */
  constructor(
    private readonly path: string,
    flag: string,
    private readonly render: (report: R) => string,
  ) {
    assertWritable(path, flag);
  }

  write(report: R): void {
    this.lastWrite = Date.now();
    writeAtomically(this.path, this.render(report));
  }

  /** Writes now and then, so that a crash loses little. */
  writeIfDue(report: () => R): void {
    if (Date.now() - this.lastWrite > interval) this.write(report());
  }
}
