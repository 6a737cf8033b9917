import {
  chmodSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {assertWritable, writeAtomically} from '../../src/cli/atomicFile.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({'folder/kept.txt': '', 'victim.txt': 'precious'});
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test.each([0o600, 0o640, 0o664])('a replaced file keeps its permissions, %o', (mode) => {
  const path = file('folder/private.json');
  writeFileSync(path, 'old');
  chmodSync(path, mode);
  writeAtomically(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(modeOf(path)).toBe(mode.toString(8));
});

test('a new file gets its permissions from the umask', () => {
  const before = process.umask(0o027);
  try {
    writeAtomically(file('folder/fresh.json'), 'new');
  } finally {
    process.umask(before);
  }
  expect(modeOf(file('folder/fresh.json'))).toBe('640');
});

test('the temporary file has a random name and the permissions of the old file', () => {
  const path = file('folder/secret.json');
  writeFileSync(path, 'old');
  chmodSync(path, 0o600);
  const open = jest.spyOn(jest.requireActual<typeof import('node:fs')>('node:fs'), 'openSync');
  writeAtomically(path, 'new');
  const [[temporary, , mode]] = open.mock.calls;
  open.mockRestore();
  expect(String(temporary)).toMatch(/secret\.json\.[0-9a-f]{16}\.tmp$/);
  expect(mode).toBe(0o600);
});

test('a symbolic link in place of the temporary file is not followed', () => {
  const path = file('folder/report.json');
  // An earlier, predictable name of the temporary file.
  symlinkSync(file('victim.txt'), `${path}.${process.pid}.tmp`);
  assertWritable(path, '--json');
  writeAtomically(path, 'report');
  expect(readFileSync(file('victim.txt'), 'utf8')).toBe('precious');
  expect(readFileSync(path, 'utf8')).toBe('report');
  const open = jest.spyOn(jest.requireActual<typeof import('node:fs')>('node:fs'), 'openSync');
  writeAtomically(path, 'again');
  const {O_EXCL, O_NOFOLLOW} = constants;
  const flags = Number(open.mock.calls[0]![1]);
  open.mockRestore();
  expect(flags & O_EXCL).toBe(O_EXCL);
  expect(flags & O_NOFOLLOW).toBe(O_NOFOLLOW);
});

test('a symbolic link given by the user is written through, and no temporary file remains', () => {
  writeFileSync(file('folder/real.json'), 'old');
  symlinkSync(file('folder/real.json'), file('link.json'));
  writeAtomically(file('link.json'), 'new');
  expect(readFileSync(file('folder/real.json'), 'utf8')).toBe('new');
  expect(readdirSync(file('folder')).filter((name) => /[0-9a-f]{16}\.tmp$/.test(name))).toEqual([]);
  expect(existsSync(file('link.json'))).toBe(true);
});
