import {accessSync, constants, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {ConvgradError} from '../geometry/error.js';
import type {VerifyReport} from '../verify/report.js';

/** How often the report so far is written while a run lasts. */
const interval = 5000;

/** A JSON report on disk that is complete at every moment: each version replaces the one before in one step. */
export class ReportFile {
  private written = Date.now();

  /** Beside the file, so that a rename puts it there in one step. */
  private get next(): string {
    return `${this.path}.${process.pid}.tmp`;
  }

  /** @throws ConvgradError when the file cannot be written, before any work is done */
  constructor(private readonly path: string) {
    try {
      const present = statSync(path, {throwIfNoEntry: false});
      if (present?.isDirectory()) throw new Error('it is a folder');
      if (present) accessSync(path, constants.W_OK);
      // Only trying tells: permissions do not bind root, and some folders hold no new files.
      if (!present || present.isFile()) {
        writeFileSync(this.next, '');
        rmSync(this.next);
      }
    } catch (error) {
      throw new ConvgradError('--json', `${path} cannot be written: ${(error as Error).message}.`);
    }
  }

  write(report: VerifyReport): void {
    const text = `${JSON.stringify(report, plainNumber, 1)}\n`;
    this.written = Date.now();
    const present = statSync(this.path, {throwIfNoEntry: false});
    // A device or a pipe must not be replaced by a file.
    if (present && !present.isFile()) {
      writeFileSync(this.path, text);
      return;
    }
    try {
      writeFileSync(this.next, text);
      renameSync(this.next, this.path);
    } finally {
      rmSync(this.next, {force: true});
    }
  }

  /** Writes now and then, so that a crash loses little. */
  keepUp(report: () => VerifyReport): void {
    if (Date.now() - this.written > interval) this.write(report());
  }
}

/** JSON has no NaN and no Infinity and would write null. */
function plainNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
