import type {VerifyReport} from '../verify/report/report.js';
import {assertWritable, writeAtomically} from './atomicFile.js';

/** Milliseconds between two writes of the report so far. */
const interval = 5000;

/** A report on disk that is written atomically, so that readers always see a whole one. */
export class ReportFile<R = VerifyReport> {
  private lastWrite = Date.now();

  /**
   * @param flag the flag that named the file, for error messages
   * @param render makes the file's text
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

  /** Writes if the last write is long enough ago, so that a crash loses little. */
  writeIfDue(report: () => R): void {
    if (Date.now() - this.lastWrite > interval) this.write(report());
  }
}
