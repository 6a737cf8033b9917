import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {bundleModule} from '../../src/cli/importModule.js';
import {userFiles} from '../support/userFiles.js';

const root = join(__dirname, '../..');
const url = (path: string) => pathToFileURL(join(root, path)).href;

const file = userFiles({
  'rule.ts': `
    import * as tf from '@tensorflow/tfjs';
    import {readFileSync} from 'node:fs';
    import {half} from './half.js';
    export const seen: object = tf;
    export const text: string = readFileSync(new URL('./note.txt', import.meta.url), 'utf8');
    export default half(await Promise.resolve(8));`,
  'half.ts': 'export const half = (x: number): number => x / 2;',
  'note.txt': 'beside the module',
  'own.mjs': 'import {install} from "tfjs-convgrad"; import "tfjs-convgrad/register"; export {install};',
  'package.mjs': 'import thing from "thing"; export default thing;',
  'node_modules/thing/package.json': '{"name": "thing", "main": "main.js"}',
  'node_modules/thing/main.js': 'module.exports = require("node:path").sep;',
  'old.cjs': '\nconst tf = require("@tensorflow/tfjs");',
  'broken.ts': 'export const a: number = 1;\nexport const b = a +;\n',
  'throws.ts': 'type Unused = number;\n\nthrow new Error("no luck");\n',
});

/** Evaluates `expression` of the module in a Node process, because jest lacks `import()`. */
async function importInNode(name: string, expression: string): Promise<unknown> {
  const program = `
    import * as tf from ${JSON.stringify(url('node_modules/@tensorflow/tfjs/dist/tf.node.js'))};
    import {importModule} from ${JSON.stringify(url('build/cli/importModule.js'))};
    const result = await importModule(${JSON.stringify(file(name))}).then((module) => ${expression}, (error) => error.message);
    console.log(JSON.stringify(result));`;
  const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

describe('importModule', () => {
  test('imports TypeScript with the tfjs of this process, files beside it and top-level await', async () => {
    const seen = await importInNode('rule.ts', '[module.default, module.text, module.seen === tf]');
    expect(seen).toEqual([4, 'beside the module', true]);
  });

  test('finds packages in the node_modules beside the module', async () => {
    expect(await importInNode('package.mjs', 'module.default')).toBe('/');
  });

  test('names the file and the line at which the module throws', async () => {
    const message = await importInNode('throws.ts', 'module');
    expect(message).toContain(`convgrad: ${file('throws.ts')} threw while it was loaded: no luck\n`);
    expect(message).toContain('throws.ts:3:7');
  });
});

describe('bundleModule', () => {
  test('keeps convgrad external and imports it by URL', async () => {
    const code = await bundleModule(file('own.mjs'));
    expect(code).toContain(`from "${url('src/index.ts')}"`);
    expect(code).toContain(`import "${url('src/register.ts')}"`);
  });

  test.each([
    ['gone.mjs', () => `there is no file ${file('gone.mjs')}.`],
    ['broken.ts', () => `${file('broken.ts')}:2:21: Unexpected ";"`],
    ['old.cjs', () => `${file('old.cjs')}:2:20: require("@tensorflow/tfjs") is not available here; use import`],
  ])('refuses %s in one line', async (name, message) => {
    const failure = await bundleModule(file(name)).catch((error: Error) => error.message);
    expect(failure).toBe(`convgrad: ${message()}`);
  });
});
