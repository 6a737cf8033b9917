import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import {transform} from 'esbuild';
import {rollup} from 'rollup';
import dts from 'rollup-plugin-dts';
import {root, say} from './step.mjs';

const compiled = join(root, 'build');
const dist = join(root, 'dist');

/** The files that users import. */
const library = ['index', 'register', 'verify/index', 'bench/index', 'rules/index'];

/** Files that the command line starts or loads by their path. */
const commandLine = ['cli/main', 'cli/moduleProcess', 'cli/page', 'verify/imports/beforeImports'];

/** Packages that are not bundled: tfjs is the user's, and the others are loaded only by commands that need them. */
const external = [/^@tensorflow\//, /^node:/, 'esbuild', 'playwright-core'];

/**
 * Bundles build/ into dist/, which is what the package publishes: modules (ESM), CommonJS, types for both, a script for `<script>`
 * tags, and the command line with its dependencies inside.
 */
export async function bundle() {
  say('Bundling to dist/…');
  rmSync(dist, {recursive: true, force: true});
  const inputs = (names, extension) =>
    Object.fromEntries(names.map((name) => [name, join(compiled, name + extension)]));
  const bundled = new Set();
  const write = async (input, output, plugins, without = []) => {
    const made = await rollup({input, external: [...external, ...without], plugins, onwarn: refuseWarnings});
    const {output: files} = await made.write({dir: dist, minifyInternalExports: false, ...output});
    for (const {moduleIds = []} of files) for (const id of moduleIds) bundled.add(id);
    await made.close();
  };
  const packages = [nodeResolve({exportConditions: ['node'], preferBuiltins: true}), commonjs()];
  // One call for everything that runs as modules, so that the command line and a user's import share one copy of the state.
  await write(inputs([...library, ...commandLine], '.js'), files('esm', 'js'), [
    await knownBackends(),
    ...packages,
    // Names stay, so that a stack can be read.
    printed({minifyWhitespace: true, minifySyntax: true}),
  ]);
  await write(inputs(library, '.js'), files('cjs', 'cjs'), [...packages, printed({minify: true})]);
  for (const extension of ['ts', 'cts']) await write(inputs(library, '.d.ts'), files('esm', `d.${extension}`), [dts()]);
  await write(
    {convgrad: join(compiled, 'index.js')},
    {format: 'iife', name: 'convgrad', globals: {'@tensorflow/tfjs-core': 'tf'}, entryFileNames: '[name].min.js'},
    [printed({minify: true})],
    // Only verify and bench load test equipment, and the script has neither.
    [/\/backends\/\w+\/equipment(\/index)?\.js$/, /\.\/equipment(\/index)?\.js$/],
  );
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licensesOf(bundled));
  return 0;
}

function files(format, extension) {
  return {format, entryFileNames: `[name].${extension}`, chunkFileNames: `shared/[name]-[hash].${extension}`};
}

/** Writes the names of the backends into the bundle. They are read from folders, which a bundle does not have. */
async function knownBackends() {
  const file = join(compiled, 'cli/backendNames.js');
  const {backendNames} = await import(pathToFileURL(file).href);
  const code = `export const backendNames = () => ${JSON.stringify(backendNames())};`;
  return {name: 'known backends', load: (id) => (id === file ? code : undefined)};
}

/** Prints code anew, without comments, because the types have them. Chunks of other packages are minified. */
function printed(options = {}) {
  return {
    name: 'printed',
    async renderChunk(code, {moduleIds}) {
      const isForeign = moduleIds.length > 0 && moduleIds.every((id) => id.includes('node_modules'));
      const settings = {target: 'es2022', legalComments: 'none', ...(isForeign ? {minify: true} : options)};
      return {code: (await transform(code, settings)).code, map: null};
    },
  };
}

function refuseWarnings({code, message}) {
  // Dependencies of the command line have circles among their own files, and `register` has no types.
  if (code === 'EMPTY_BUNDLE' || (code === 'CIRCULAR_DEPENDENCY' && message.includes('node_modules'))) return;
  throw new Error(`the bundle has a problem: ${message}`);
}

/** The licenses of the packages whose code is in dist/. */
function licensesOf(modules) {
  const folders = new Set(
    [...modules].flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replace(/^\0/, ''))?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map((folder) => {
      const {name, version, license} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (!file) throw new Error(`${name} has no license file`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
