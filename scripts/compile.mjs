import {createHash} from 'node:crypto';
import {chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {assemble, assembled} from './assembly.mjs';
import {root, runTool, StepError, say} from './step.mjs';

const compiled = join(root, 'build');
const source = join(root, 'src');
const stamp = join(compiled, '.stamp');
const command = join(compiled, 'cli/main.js');

/** Compiles src/ to build/, file by file, unless build/ already holds exactly these sources. */
export async function compile() {
  const inputs = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return;
  say('Compiling src/ to build/…');
  await assemble();
  rmSync(stamp, {force: true}); // an interrupted or failed build must not count as finished
  // The compiler's incremental state is inside build/, so that after removing build/ it starts from scratch.
  const incremental = ['--incremental', '--tsBuildInfoFile', join(compiled, '.tsbuildinfo')];
  const code = await runTool('typescript/bin/tsc', ['-p', '.', ...incremental], {output: 'stderr'});
  if (code !== 0) throw new StepError('compiling failed; see the errors above.', code);
  removeOrphans();
  if (existsSync(command)) chmodSync(command, 0o755);
  writeFileSync(stamp, inputs);
}

/** A hash of everything that the output depends on: the sources, the compiler's version and options, and these scripts. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = [
    ...filesUnder(source).filter((file) => file !== assembled),
    join(root, 'scripts/assembly.mjs'),
    join(root, 'tsconfig.json'),
    join(root, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ];
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** Removes outputs whose source no longer exists. Otherwise a deleted module could still be imported. */
function removeOrphans() {
  for (const file of filesUnder(compiled)) {
    const origin = file.replace(compiled, source).replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts');
    if (!basename(file).startsWith('.') && !existsSync(origin)) rmSync(file);
  }
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
