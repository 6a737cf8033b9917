import {accessSync, constants, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {ConvgradError} from '../geometry/error.js';

/** Beside the file, so that a rename puts it there in one step. */
const beside = (path: string) => `${path}.${process.pid}.tmp`;

/** Finds out before any work is done. @throws ConvgradError when the file cannot be written */
export function assertWritable(path: string, flag: string): void {
  try {
    const present = statSync(path, {throwIfNoEntry: false});
    if (present?.isDirectory()) throw new Error('it is a folder');
    if (present) accessSync(path, constants.W_OK);
    // Only trying tells: permissions do not bind root, and some folders hold no new files.
    if (!present || present.isFile()) {
      writeFileSync(beside(path), '');
      rmSync(beside(path));
    }
  } catch (error) {
    throw new ConvgradError(flag, `${path} cannot be written: ${(error as Error).message}.`);
  }
}

/** Writes a file that is whole at every moment: the new text replaces the old in one step. */
export function writeWhole(path: string, text: string): void {
  const present = statSync(path, {throwIfNoEntry: false});
  // A device or a pipe must not be replaced by a file.
  if (present && !present.isFile()) {
    writeFileSync(path, text);
    return;
  }
  // Nor must a link: what it points to is meant.
  const target = present ? realpathSync(path) : path;
  try {
    writeFileSync(beside(target), text);
    renameSync(beside(target), target);
  } finally {
    rmSync(beside(target), {force: true});
  }
}

/** {@link writeWhole} into a folder that is made if it is missing. */
export function writeWholeIn(path: string, text: string): void {
  mkdirSync(dirname(path), {recursive: true});
  writeWhole(path, text);
}
