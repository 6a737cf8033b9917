import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Plugin} from 'esbuild';
import {ConvgradError} from '../geometry/error.js';
import {assertFilesExist, bundle} from './bundle.js';
import {isInstalled, requireInstalled} from './optionalPackages.js';
import {type FinishResolve, findWithoutPlugins, onImport, ownPackages} from './ownPackages.js';

/**
 * Imports a user's module, JS or TS, from anywhere on disk. `tfjs-convgrad` and `@tensorflow/tfjs` are the instances that this
 * process runs on, so algorithms and kernels that the module defines take effect here.
 *
 * @returns the module's exports
 * @throws ConvgradError with the file, the line if esbuild knows it, and the cause
 */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  const path = resolve(file);
  if (!isInstalled('esbuild')) return importAsIs(path);
  const code = await bundleModule(path);
  // Stacks of this module then show positions in the user's file.
  process.setSourceMapsEnabled(true);
  // The code is imported from a file, because a `data:` URL would print the whole module in every stack.
  const folder = await mkdtemp(join(tmpdir(), 'convgrad-'));
  try {
    const output = join(folder, 'module.mjs');
    await writeFile(output, code);
    return await load(output, path);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/** Imports a module by Node alone, which finds packages only beside the module, and reads TypeScript only from some version on. */
async function importAsIs(path: string): Promise<Record<string, unknown>> {
  assertFilesExist([path]);
  if (/\.[cm]?tsx?$/.test(path) && !('typescript' in process.features && process.features.typescript))
    requireInstalled('esbuild');
  return load(path, path);
}

/** @param path the user's file, for the error */
async function load(file: string, path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new ConvgradError('convgrad', `${path} threw while it was loaded: ${firstLines(error)}`);
  }
}

/**
 * Bundles the code that {@link importModule} runs: the user's own files in one module, and packages as `file:` URLs.
 *
 * @param path absolute
 */
export async function bundleModule(path: string): Promise<string> {
  assertFilesExist([path]);
  return bundle({
    entryPoints: [path],
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    define: {'import.meta.url': JSON.stringify(pathToFileURL(path).href)},
    plugins: [ownPackages(external), externalPackages],
  });
}

const external: FinishResolve = (found, {kind, path}) => {
  if (found.external) return found; // a module of Node
  if (kind === 'require-call') return {errors: [{text: `require("${path}") is not available here; use import`}]};
  return {path: pathToFileURL(found.path!).href, external: true};
};

/**
 * Resolves other packages from the user's file and leaves them outside the bundle, because many break when they are bundled for
 * Node.
 */
const externalPackages: Plugin = {
  name: 'external-packages',
  setup(build) {
    onImport(build, /^[@\w]/, async (args) => {
      if (args.kind === 'entry-point') return undefined;
      const found = await findWithoutPlugins(build, args);
      return found && external(found, args);
    });
  },
};

/** The error's message, followed by the first position in its stack, if there is one. */
function firstLines(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const position = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  return position ? `${error.message}\n${position}` : error.message;
}
