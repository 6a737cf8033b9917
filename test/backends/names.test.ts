import {readdirSync, readFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import ts from 'typescript';
import {servedBackends} from '../../src/backends/index.js';

const root = join(__dirname, '../../src');
const named = new RegExp(`\\b(${servedBackends().join('|')})\\b`);
/** The one list, and the folders of the backends. What several of them share stands beside, and names none. */
const mayName = (file: string) =>
  file === 'backends/index.ts' || servedBackends().some((name) => file.startsWith(`backends/${name}/`));

/** Code that names a backend, but asks nothing of it. */
const exceptions: Readonly<Record<string, string>> = {
  'backends/host/heap.ts': "errors about the heap of tfjs's wasm module",
  'cli/browser/launchBrowser.ts': "Chromium's own flags",
  'cli/browser/servePage.ts': 'a MIME type',
  'cli/quietTfjs.ts': "the greeting of tfjs's own cpu backend",
};

/** Every string of a file that names a backend, and every import from a folder of one. Comments do not count. */
function namesIn(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && named.test(node.text)) found.push(`${file}: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return found;
}

const files = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((file) => file.endsWith('.ts'));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

test('no code outside its folder and the one list names a backend', () => {
  const others = files.filter((file) => !mayName(file) && !(file in exceptions));
  expect(others.length).toBeGreaterThan(300);
  expect(others.flatMap((file) => namesIn(file, textOf(file)))).toEqual([]);
});

test('each exception names one still', () => {
  expect(Object.keys(exceptions).filter((file) => namesIn(file, textOf(file)).length === 0)).toEqual([]);
});

test('each backend has the folder of its name, and each folder with an index is in the list', () => {
  const folder = join(root, 'backends');
  const indexes = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((file) =>
    /^\w+\/index\.ts$/.test(file),
  );
  expect(indexes.map((file) => relative('.', file).split('/')[0]).sort()).toEqual([...servedBackends()].sort());
});

test.each([
  ["if (backend === 'webgl') go();", ["a.ts: 'webgl'"]],
  ['fail(`only on wasm`);', ['a.ts: `only on wasm`']],
  ["import {device} from '../backends/webgpu/device.js';", ["a.ts: '../backends/webgpu/device.js'"]],
  ["// on webgl\nconst flag = 'WEBGL_PACK';", []],
])('the check finds in %j: %j', (text, found) => {
  expect(namesIn('a.ts', text)).toEqual(found);
});
