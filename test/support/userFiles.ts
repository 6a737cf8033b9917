import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

/** Files of a pretended user, in a folder far from any node_modules; removed after the tests of the file. */
export function userFiles(files: Record<string, string>): (name: string) => string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'convgrad-user-')));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true});
    writeFileSync(join(folder, name), text);
  }
  afterAll(() => rmSync(folder, {recursive: true}));
  return (name) => join(folder, name);
}
