import {randomBytes} from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {ConvgradError} from '../geometry/error.js';

/** What a new file may be read and written by, before the user's mask. */
const newMode = 0o666;

/** Finds out before any work is done. @throws ConvgradError when the file cannot be written */
export function assertWritable(path: string, flag: string): void {
  try {
    const present = statSync(path, {throwIfNoEntry: false});
    if (present?.isDirectory()) throw new Error('it is a folder');
    if (present) accessSync(path, constants.W_OK);
    // Only trying tells: permissions do not bind root, and some folders hold no new files.
    if (!present || present.isFile()) {
      const {temporary, descriptor} = openTemporary(present ? realpathSync(path) : path, present);
      closeSync(descriptor);
      rmSync(temporary);
    }
  } catch (error) {
    throw new ConvgradError(flag, `${path} cannot be written: ${(error as Error).message}.`);
  }
}

/** Writes a file that is whole at every moment: the new text replaces the old in one step, and keeps its permissions. */
export function writeAtomically(path: string, text: string): void {
  const present = statSync(path, {throwIfNoEntry: false});
  // A device or a pipe must not be replaced by a file.
  if (present && !present.isFile()) {
    writeFileSync(path, text);
    return;
  }
  // Nor must a link: what it points to is meant.
  const target = present ? realpathSync(path) : path;
  const {temporary, descriptor} = openTemporary(target, present);
  try {
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, {force: true});
  }
}

/**
 * Opens a new file beside another, so that a rename puts it there in one step. Its name cannot be known beforehand, and whatever has it already, a link
 * for example, is left alone. It is readable to nobody whom the other is not readable to.
 */
function openTemporary(path: string, present: Stats | undefined): {temporary: string; descriptor: number} {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const {O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0} = constants;
  const mode = present ? present.mode & 0o777 : newMode;
  const descriptor = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (present) copyPermissions(descriptor, present, mode);
  return {temporary, descriptor};
}

/** Gives the file the permissions of another, and its owner where that is allowed. */
function copyPermissions(descriptor: number, {uid, gid}: Stats, mode: number): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Only root gives files away.
  }
  fchmodSync(descriptor, mode);
}

/** {@link writeAtomically} into a folder that is made if it is missing. */
export function writeAtomicallyIn(path: string, text: string): void {
  mkdirSync(dirname(path), {recursive: true});
  writeAtomically(path, text);
}
