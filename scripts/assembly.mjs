import {createHash} from 'node:crypto';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {kernels} from '../src/engine/assembly/kernels.mjs';
import {root, runTool, StepError} from './step.mjs';

/** The modules in base64, as a module of ours: nothing to fetch at run time, and no path to configure. */
export const assembled = join(root, 'src/engine/assembly/modules.ts');

/** Rows of a tile, by the registers that its sums, operands and products take. */
const variants = {simd: {rows: 4, features: ['simd']}, fma: {rows: 6, features: ['simd', 'relaxed-simd']}};

/** Compiles the micro-kernels, unless that is done already. */
export async function assemble() {
  const header = `// Made by scripts/assembly.mjs from ${fingerprint()}.\n`;
  if (existsSync(assembled) && readFileSync(assembled, 'utf8').startsWith(header)) return;
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-assembly-'));
  try {
    const modules = await Promise.all(
      Object.entries(variants).map(async ([name, variant]) => {
        const bytes = await compile(join(folder, name), variant);
        return `export const ${name} = {rows: ${variant.rows}, base64: '${bytes.toString('base64')}'};\n`;
      }),
    );
    writeFileSync(assembled, header + modules.join(''));
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

async function compile(stem, {rows, features}) {
  writeFileSync(`${stem}.ts`, kernels(rows));
  const options = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--memoryBase', '1024'];
  const enabled = features.flatMap((feature) => ['--enable', feature]);
  const code = await runTool(
    'assemblyscript/bin/asc.js',
    [`${stem}.ts`, ...options, ...enabled, '-o', `${stem}.wasm`],
    {
      output: 'stderr',
    },
  );
  if (code !== 0) throw new StepError('the micro-kernels do not compile; see the errors above.', code);
  return readFileSync(`${stem}.wasm`);
}

function fingerprint() {
  const hash = createHash('sha256').update(JSON.stringify(Object.values(variants).map(({rows}) => kernels(rows))));
  for (const file of [join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
