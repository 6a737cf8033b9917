import {builtinModules} from 'node:module';
import {dirname} from 'node:path';
import type {Plugin} from 'esbuild';
import {assertFilesExist, bundle} from '../bundle.js';
import {findWithoutPlugins, onImport, ownPackages} from '../ownPackages.js';

export interface PageSource {
  /** Absolute path of the module that the page runs, JS or TS. The page has its exports as `globalThis.convgrad`. */
  entry: string;
  /**
   * Absolute paths of users' modules (JS or TS, anywhere on disk). They run before the entry, in this order. After the page has
   * loaded, their exports are in `globalThis.convgradImports`, one namespace per module.
   */
  imports?: readonly string[];
  /** Packages of tfjs's that register something. They run before all other modules, after tfjs itself. */
  packages?: readonly string[];
  title?: string;
}

/**
 * Bundles a page for a browser, in memory.
 *
 * @returns the files for `servePage`: `/` and `/page.js`; add more (wasm binaries) with `set`
 * @throws ConvgradError that names file, line and column when a module is missing, malformed or needs Node
 */
export async function bundlePage({
  entry,
  imports = [],
  packages = [],
  title = 'convgrad',
}: PageSource): Promise<Map<string, string>> {
  assertFilesExist([entry, ...imports]);
  const script = await bundle({
    stdin: {contents: pageScript(entry, imports, packages), resolveDir: dirname(entry), sourcefile: 'page'},
    platform: 'browser',
    target: 'es2022',
    keepNames: true,
    plugins: [ownPackages(), refuseNodeModules],
  });
  const html = `<!doctype html><meta charset="utf-8"><title>${title}</title><script type="module" src="/page.js"></script>`;
  return new Map([
    ['/', html],
    ['/page.js', script],
  ]);
}

/**
 * The page's script. Modules run in the order of their imports, and this text runs after them. Its last assignment tells
 * `openPage` that all have run. The assignments also make esbuild keep the modules: it drops a bare `import 'entry'` where a
 * package.json has `sideEffects`.
 */
function pageScript(entry: string, imports: readonly string[], packages: readonly string[]): string {
  return [
    "import * as tf from '@tensorflow/tfjs';",
    ...packages.map((name) => `import ${JSON.stringify(name)};`),
    ...imports.map((file, i) => `import * as module${i} from ${JSON.stringify(file)};`),
    `import * as page from ${JSON.stringify(entry)};`,
    'globalThis.convgrad = page;',
    'globalThis.convgradTf = tf;',
    `globalThis.convgradImports = [${imports.map((_, i) => `module${i}`)}];`,
  ].join('\n');
}

const nodeModules = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/** Refuses modules of Node with a message for users. esbuild's own message advises a flag that convgrad's users cannot set. */
const refuseNodeModules: Plugin = {
  name: 'refuse-node-modules',
  setup(build) {
    onImport(build, /^[a-z][\w:/]*$/, async (args) => {
      if (!nodeModules.has(args.path)) return undefined;
      // tfjs and others replace some of these modules for browsers ("browser" in their package.json).
      if (await findWithoutPlugins(build, args)) return undefined;
      return {errors: [{text: `"${args.path}" is a module of Node; a browser page cannot import it`}]};
    });
  },
};
