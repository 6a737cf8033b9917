// node examples/run.mjs NAME [OPTIONS]: runs one of the TypeScript examples beside this file, after `npm run build`.
import {existsSync, readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const [name] = process.argv.splice(2, 1); // the example then finds its own options where a program expects them
const file = `${folder}${name}.ts`;
const loader = new URL('../build/cli/importModule.js', import.meta.url); // what `convgrad --import FILE` loads a user's file with

if (name === undefined || !existsSync(file)) {
  const names = readdirSync(folder).filter((entry) => entry.endsWith('.ts'));
  console.error(`usage: node examples/run.mjs ${names.map((entry) => entry.slice(0, -3)).join('|')}`);
  process.exitCode = 2;
} else if (!existsSync(loader)) {
  console.error('build/ is missing; run `npm run build` first, which installs what it needs.');
  process.exitCode = 2;
} else {
  const {importModule} = await import(loader.href);
  await importModule(file);
}
