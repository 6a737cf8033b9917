import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import * as tf from '@tensorflow/tfjs';
import ts from 'typescript';

const core = dirname(require.resolve('@tensorflow/tfjs-core/package.json'));

/** The spec files about convolutions. */
export const convolutionSpecs = [
  'ops/conv2d_test.js',
  'ops/conv2d_transpose_test.js',
  'ops/conv1d_test.js',
  'ops/conv2d_separable_test.js',
  'ops/fused/fused_conv2d_test.js',
  'ops/depthwise_conv2d_test.js',
  'ops/fused/fused_depthwise_conv2d_test.js',
];

/** One spec file of tfjs-core, as its npm package ships it: compiled, as ESM, for jasmine. */
export interface CoreSpec {
  file: string;
  /** How many specs the text of the file holds. */
  count: number;
  /**
   * Hands the specs to jest, inside a `describe` of the caller.
   * @param backend where they run; cpu by default
   * @param failing names of specs that must fail there, as `file: name`
   * @returns the names of the specs, growing: all that were registered, and those that ended as expected
   */
  register(backend?: string, failing?: readonly string[]): {registered: string[]; finished: string[]};
}

/** @param file relative to tfjs-core's dist/, for example `ops/conv2d_test.js` */
export function coreSpec(file: string): CoreSpec {
  const source = readFileSync(join(core, 'dist', file), 'utf8');
  return {
    file,
    count: source.match(/^\s*it\(/gm)?.length ?? 0,
    register(backend = 'cpu', failing = []) {
      const registered: string[] = [];
      const finished: string[] = [];
      const countingIt = (name: string, body: () => unknown) => {
        registered.push(name);
        const fails = failing.includes(`${file}: ${name}`);
        it(fails ? `${name} (fails)` : name, async () => {
          if (fails) await expect(async () => body()).rejects.toThrow();
          else await body();
          finished.push(name);
        });
      };
      run(source, {require: requireShim(backend), it: countingIt});
      return {registered, finished};
    },
  };
}

/** Runs an ES module as CommonJS with the given globals; the specs must use the engine and registry in which the plugin replaces kernels. */
function run(source: string, globals: Record<string, unknown>): void {
  const {outputText} = ts.transpileModule(source, {
    compilerOptions: {module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022},
  });
  new Function('exports', ...Object.keys(globals), outputText)({}, ...Object.values(globals));
}

/** What the specs import, by the last part of its path: the one copy of tfjs in this process, and describeWithFlags for it. */
function requireShim(backend: string): (path: string) => unknown {
  const modules: Record<string, unknown> = {
    index: tf,
    test_util: tf.test_util,
    jasmine_util: {ALL_ENVS: {}, describeWithFlags: describeOn(backend)},
  };
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name in modules) return modules[name];
    throw new Error(`A spec of tfjs-core imports ${path}; add it to requireShim.`);
  };
}

/** describeWithFlags of tfjs-core's jasmine_util.js for one environment, with the same hooks. */
function describeOn(backend: string) {
  return (name: string, constraints: object, specs: (environment: object) => void): void => {
    if (Object.keys(constraints).length > 0) throw new Error(`${name} is constrained; describeOn would run it anyway.`);
    describe(name, () => {
      beforeAll(async () => {
        tf.engine().reset();
        tf.env().set('IS_TEST', true);
        await tf.setBackend(backend);
      });
      beforeEach(() => tf.engine().startScope());
      afterEach(() => {
        tf.engine().endScope();
        tf.engine().disposeVariables();
      });
      afterAll(() => tf.engine().reset());
      specs({name: backend, backendName: backend, isDataSync: true});
    });
  };
}

/** The matchers of jasmine that the specs use and jest lacks. */
expect.extend({
  nothing: () => ({pass: true, message: () => ''}),
  toThrowError(received: () => unknown, expected?: string | RegExp) {
    expect(received).toThrow(expected);
    return {pass: true, message: () => ''};
  },
});
