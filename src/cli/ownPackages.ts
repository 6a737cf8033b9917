import type {OnResolveArgs, OnResolveResult, Plugin, PluginBuild} from 'esbuild';
import {ownFolder} from './ownFolder.js';
import {ownModules} from './ownModules.js';

/** What a file from anywhere on disk may import and must get from here: this package and the whole tfjs family. */
const shared = /^(tfjs-convgrad|@tensorflow\/tfjs[^/]*)(\/|$)/;

/** Marks the questions that plugins ask esbuild's own resolver, so that no plugin answers them. */
const internalQuery = Symbol('asking');

/** Turns the file an import leads to into esbuild's result. */
export type FinishResolve = (found: OnResolveResult, args: OnResolveArgs) => OnResolveResult;

/**
 * An esbuild plugin: `tfjs-convgrad…` and `@tensorflow/tfjs…` mean the copies this package itself runs on, wherever the
 * importing file lies. With a second copy, a user's `defineAlgorithm` would fill a catalogue that nobody reads.
 *
 * @param finish the default includes the file in the bundle
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
        // Who imports makes no difference, and tfjs imports itself a thousand times over.
        const question = `${args.kind} ${args.path}`;
        if (!known.has(question)) known.set(question, findWithoutPlugins(build, {...args, resolveDir: ownFolder}));
        const found = await known.get(question);
        return found && finish(found, args);
      });
    },
  };
}

/** Answers imports that match; undefined leaves them to esbuild. Questions of {@link findWithoutPlugins} pass by. */
export function onImport(
  build: PluginBuild,
  filter: RegExp,
  answer: (args: OnResolveArgs) => Promise<OnResolveResult | undefined>,
): void {
  build.onResolve({filter}, (args) => (args.pluginData === internalQuery ? undefined : answer(args)));
}

/** What esbuild alone makes of an import, or undefined when it finds nothing. */
export async function findWithoutPlugins(
  build: PluginBuild,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  const {path, kind, importer, resolveDir} = args;
  const found = await build.resolve(path, {kind, importer, resolveDir, pluginData: internalQuery});
  if (found.errors.length > 0) return undefined;
  return {path: found.path, external: found.external, namespace: found.namespace, sideEffects: found.sideEffects};
}
