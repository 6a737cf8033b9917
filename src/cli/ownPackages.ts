import type {OnResolveArgs, OnResolveResult, Plugin, PluginBuild} from 'esbuild';
import {ownFolder} from './ownFolder.js';
import {ownModules} from './ownModules.js';

/** The packages that a file anywhere on disk must get from here: this package and the whole tfjs family. */
const shared = /^(tfjs-convgrad|@tensorflow\/tfjs[^/]*)(\/|$)/;

/** Marks queries that plugins send to esbuild's own resolver, so that no plugin answers them. */
const internalQuery = Symbol('asking');

/** Turns the file that an import resolves to into esbuild's result. */
export type FinishResolve = (found: OnResolveResult, args: OnResolveArgs) => OnResolveResult;

/**
 * An esbuild plugin. `tfjs-convgrad…` and `@tensorflow/tfjs…` resolve to the copies that this package itself runs on, wherever
 * the importing file lies. With a second copy, a user's `defineAlgorithm` would fill a catalogue that nobody reads.
 *
 * @param finish makes esbuild's result; by default the file becomes part of the bundle
 */
export function ownPackages(finish: FinishResolve = (found) => found): Plugin {
  return {
    name: 'own-packages',
    setup(build) {
      const own = ownModules();
      const known = new Map<string, ReturnType<typeof findWithoutPlugins>>();
      onImport(build, shared, async (args) => {
        const file = own.get(args.path);
        if (file !== undefined) return finish({path: file}, args);
        if (args.path.startsWith('tfjs-convgrad')) {
          return {errors: [{text: `"${args.path}" does not exist; there are ${[...own.keys()].join(', ')}`}]};
        }
        // The answer does not depend on the importing file, and tfjs imports itself many times, so answers are kept.
        const question = `${args.kind} ${args.path}`;
        if (!known.has(question)) known.set(question, findWithoutPlugins(build, {...args, resolveDir: ownFolder}));
        const found = await known.get(question);
        return found && finish(found, args);
      });
    },
  };
}

/** Resolves imports that match; undefined leaves them to esbuild. Queries of {@link findWithoutPlugins} are not answered. */
export function onImport(
  build: PluginBuild,
  filter: RegExp,
  answer: (args: OnResolveArgs) => Promise<OnResolveResult | undefined>,
): void {
  build.onResolve({filter}, (args) => (args.pluginData === internalQuery ? undefined : answer(args)));
}

/** The result of esbuild's own resolver, or undefined when it finds nothing. */
export async function findWithoutPlugins(
  build: PluginBuild,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  const {path, kind, importer, resolveDir} = args;
  const found = await build.resolve(path, {kind, importer, resolveDir, pluginData: internalQuery});
  if (found.errors.length > 0) return undefined;
  return {path: found.path, external: found.external, namespace: found.namespace, sideEffects: found.sideEffects};
}
