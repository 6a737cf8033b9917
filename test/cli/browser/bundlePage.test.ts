import {runInNewContext} from 'node:vm';
import {bundlePage} from '../../../src/cli/browser/bundlePage.js';
import {userFiles} from '../../support/userFiles.js';

const file = userFiles({
  'entry.ts': 'const log: string[] = (globalThis as any).log; log.push("entry");',
  'first.mjs': 'log.push("first"); export default 1;',
  'second.ts':
    'import {two} from "./two.js"; (globalThis as any).log.push("second"); export const value: number = two;',
  'two.ts': 'export const two = 2;',
  'tfjs.mjs': 'import * as tf from "@tensorflow/tfjs"; import "tfjs-convgrad/nothing"; log.push(tf);',
  'core.mjs': 'import {add} from "@tensorflow/tfjs-core"; import {sub} from "@tensorflow/tfjs"; log.push(add, sub);',
  'broken.mjs': 'const a = 1;\nconst b = ;\n',
  'typo.ts': 'const a: number = 1;\nimport "./missing.js";\nimport "missing-too";\n',
  'node.mjs': 'import {x} from "./deep/fs.mjs";\nlog.push(x);',
  'deep/fs.mjs': '// reads a file\nimport {readFileSync as x} from "node:fs";\nexport {x};',
  'bare.mjs': 'import {join} from "path"; log.push(join);',
});

const script = async (...imports: string[]) =>
  (await bundlePage({entry: file('entry.ts'), imports: imports.map(file)})).get('/page.js')!;

describe('bundlePage', () => {
  test('runs the user modules in order, then the entry, and publishes their exports', async () => {
    // The page has all of tfjs, which looks for a global object.
    const context: {log: string[]; self: object; convgradImports?: {default?: number; value?: number}[]} = {
      log: [],
      self: {},
    };
    runInNewContext(await script('first.mjs', 'second.ts'), context);
    expect(context.log).toEqual(['first', 'second', 'entry']);
    expect(context.convgradImports!.map((module) => module.default ?? module.value)).toEqual([1, 2]);
  });

  test('wraps the script in an HTML page', async () => {
    const files = await bundlePage({entry: file('entry.ts'), title: 'A title'});
    expect([...files.keys()]).toEqual(['/', '/page.js']);
    expect(files.get('/')).toContain('<title>A title</title>');
  });

  test('gives modules without node_modules a single copy of tfjs', async () => {
    const code = await script('core.mjs');
    // The class exists once: a second copy of tfjs-core would bring its own.
    expect(code.match(/^var Engine = class/gm)).toHaveLength(1);
  });

  test.each([
    ['a file that is not there', 'gone.mjs', () => `there is no file ${file('gone.mjs')}.`],
    ['a syntax error', 'broken.mjs', () => `${file('broken.mjs')}:2:11: Unexpected ";"`],
    [
      'imports that lead nowhere',
      'typo.ts',
      () => `${file('typo.ts')}:2:8: Could not resolve "./missing.js" (and 1 more)`,
    ],
    [
      'a module of Node, however deep',
      'node.mjs',
      () => `${file('deep/fs.mjs')}:2:33: "node:fs" is a module of Node; a browser page cannot import it`,
    ],
    [
      'a module of Node by its short name',
      'bare.mjs',
      () => `${file('bare.mjs')}:1:20: "path" is a module of Node; a browser page cannot import it`,
    ],
    [
      'an entry point this package does not have',
      'tfjs.mjs',
      () => `${file('tfjs.mjs')}:1:48: "tfjs-convgrad/nothing" does not exist; there are tfjs-convgrad,`,
    ],
  ])('reports %s in one line', async (_, name, message) => {
    const failure = await script(name).catch((error: Error) => error.message);
    expect(failure).toContain(`convgrad: ${message()}`);
    expect(failure).not.toContain('\n');
  });
});
