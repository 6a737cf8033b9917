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

/** The permissions of a new file, before the user's umask. */
const newMode = 0o666;

/** Checks early, before any work is done, that a file can be written. @throws ConvgradError when it cannot */
export function assertWritable(path: string, flag: string): void {
  try {
    const present = statSync(path, {throwIfNoEntry: false});
    if (present?.isDirectory()) throw new Error('it is a folder');
    if (present) accessSync(path, constants.W_OK);
    // Only an attempt tells: permissions do not bind root, and some folders accept no new files.
    if (!present || present.isFile()) {
      const {temporary, descriptor} = openTemporary(present ? realpathSync(path) : path, present);
      closeSync(descriptor);
      rmSync(temporary);
    }
  } catch (error) {
    throw new ConvgradError(flag, `${path} cannot be written: ${(error as Error).message}.`);
  }
}

/** Writes a file atomically: the new text replaces the old in one step and keeps its permissions. */
export function writeAtomically(path: string, text: string): void {
  const present = statSync(path, {throwIfNoEntry: false});
  // A device or a pipe must not be replaced by a file.
  if (present && !present.isFile()) {
    writeFileSync(path, text);
    return;
  }
  // A link must not be replaced either; the text goes to its target.
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
 * Opens a new file beside another, so that a rename can replace the other in one step. Its name is random, and an existing file
 * or link of that name is left alone. Nobody can read the new file who cannot read the other.
 */
function openTemporary(path: string, present: Stats | undefined): {temporary: string; descriptor: number} {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const {O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0} = constants;
  const mode = present ? present.mode & 0o777 : newMode;
  const descriptor = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (present) copyPermissions(descriptor, present, mode);
  return {temporary, descriptor};
}

/** Gives the file the permissions of another, and its owner where the system allows that. */
function copyPermissions(descriptor: number, {uid, gid}: Stats, mode: number): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Only root may change a file's owner.
  }
  fchmodSync(descriptor, mode);
}

/** {@link writeAtomically}, which also makes the folder if it is missing. */
export function writeAtomicallyIn(path: string, text: string): void {
  mkdirSync(dirname(path), {recursive: true});
  writeAtomically(path, text);
}
