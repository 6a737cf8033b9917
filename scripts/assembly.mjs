import {createHash} from 'node:crypto';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {fourierSides, scratchBytes} from '../src/engine/assembly/fourier.mjs';
import {kernels} from '../src/engine/assembly/kernels.mjs';
import {matrices} from '../src/engine/assembly/matrices.mjs';
import {root, runTool, StepError} from './step.mjs';

/** A source file with the compiled modules in base64. So nothing is fetched at run time, and no path has to be configured. */
export const assembled = join(root, 'src/engine/assembly/modules.ts');

/**
 * Rows of the tiles, according to the registers that sums, operands and products take. Some compilers move all loads of a step to
 * its beginning and need more registers. For them, the fused kernels also come with low tiles.
 */
const low = {rows8: 4, rows4: 7};
const relaxed = ['simd', 'relaxed-simd'];
const variants = {
  simd: {rows: low, features: ['simd']},
  fma: {rows: {rows8: 6, rows4: 8}, features: relaxed},
  fmaLow: {rows: low, features: relaxed},
};

/** The activations that have an expression for engines, by name. Their table is TypeScript, and this runs before the compiler. */
async function fusedActivations() {
  const {default: ts} = await import('typescript'); // not at the top: on a fresh clone, this file is loaded before anything is installed
  const source = readFileSync(join(root, 'src/geometry/activations.ts'), 'utf8');
  const code = ts.transpileModule(source, {compilerOptions: {module: ts.ModuleKind.ESNext}}).outputText;
  const {activations} = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const forms = Object.entries(activations).map(([name, {fused}]) => [name, fused.engine]);
  return Object.fromEntries(forms.filter(([, form]) => typeof form === 'string'));
}

/** Compiles the micro-kernels, unless the compiled ones are up to date. */
export async function assemble() {
  const activations = await fusedActivations();
  const forms = Object.values(activations);
  const header = `// Made by scripts/assembly.mjs from ${fingerprint(forms)}.\n`;
  if (existsSync(assembled) && readFileSync(assembled, 'utf8').startsWith(header)) return;
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-assembly-'));
  try {
    const modules = await Promise.all(
      Object.entries(variants).map(async ([name, variant]) => {
        const bytes = await compile(join(folder, name), variant, forms);
        return `export const ${name} = {rows8: ${variant.rows.rows8}, rows4: ${variant.rows.rows4}, base64: '${bytes.toString('base64')}'};\n`;
      }),
    );
    const shared = [
      `export const fusedActivations = ${JSON.stringify(Object.keys(activations))};\n`,
      `export const matrices = ${JSON.stringify(matrices)};\n`,
      `export const fourierSides = ${JSON.stringify(fourierSides)} as const;\n`,
      `export const scratchBytes = ${scratchBytes};\n`,
    ];
    writeFileSync(assembled, header + [...modules, ...shared].join(''));
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

async function compile(stem, {rows, features}, forms) {
  writeFileSync(`${stem}.ts`, kernels(rows, forms));
  const options = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--maximumMemory', '32767'];
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

function fingerprint(forms) {
  const texts = Object.values(variants).map(({rows}) => kernels(rows, forms));
  const hash = createHash('sha256').update(JSON.stringify(texts));
  for (const file of [join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
