// node examples/run.mjs NAME [OPTIONS]: runs one of the TypeScript examples beside this file, after `npm ci && npm run build`.
import {existsSync, readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const [name] = process.argv.splice(2, 1); // the example then finds its own options where a program expects them
const file = `${folder}${name}.ts`;

if (name === undefined || !existsSync(file)) {
  const names = readdirSync(folder).filter((entry) => entry.endsWith('.ts'));
  console.error(`usage: node examples/run.mjs ${names.map((entry) => entry.slice(0, -3)).join('|')}`);
  process.exitCode = 2;
} else {
  // What `convgrad --import FILE` loads a user's file with.
  const {importModule} = await import('../dist/cli/importModule.js');
  await importModule(file);
}
