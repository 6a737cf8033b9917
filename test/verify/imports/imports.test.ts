import * as tf from '@tensorflow/tfjs';
import {type Algorithm, algorithms} from 'tfjs-convgrad';
import {defineAlgorithm} from '../../../src/algorithms/index.js';
import {uninstall} from '../../../src/plugin/install.js';
import {expectImports} from '../../../src/verify/imports/imports.js';
import {setAside} from '../../../src/verify/imports/registrations.js';

type Tf = typeof tf;

const algorithm = (name: string) => ({name, forward() {}}) as unknown as Algorithm;

afterEach(uninstall);

const nothing = {kernels: [], gradients: []};

const modules = (...all: object[]) =>
  new Map(all.map((module, i): [string, object] => [`/some/where/My file ${i}.ts`, module])) as never;

test('a module may define algorithms, export them, or do both', async () => {
  const takeIn = expectImports();
  defineAlgorithm(algorithm('defined'));
  const brought = await takeIn(
    modules({default: algorithm('defined')}, {default: [algorithm('one'), algorithm('two')]}, {}),
  );
  expect(brought).toMatchObject({algorithms: ['defined', 'one', 'two'], registered: nothing, undone: false});
  expect(algorithms().map(({name}) => name)).toEqual(expect.arrayContaining(['direct', 'defined', 'one', 'two']));
});

test('exported pass functions form an algorithm, named by the module or its file', async () => {
  const brought = await expectImports()(modules({backpropFilter() {}}, {forward() {}, name: 'named'}));
  expect(brought.algorithms).toEqual(['my-file-0', 'named']);
});

test('an exported function gets tfjs with convgrad installed', async () => {
  let given: unknown;
  const register = (tf: Tf) => {
    given = tf;
    const kernel = tf.getKernel('Conv2D', 'cpu');
    tf.unregisterKernel('Conv2D', 'cpu');
    tf.registerKernel({...kernel, kernelFunc: (call) => kernel.kernelFunc(call)});
  };
  expect(await expectImports()(modules({default: register}), tf)).toMatchObject({
    algorithms: [],
    registered: {kernels: [{key: 'cpu_Conv2D'}], gradients: []},
    undone: false,
  });
  expect(given).toBe(tf);
});

test('a module that calls uninstall() is detected', async () => {
  expect(await expectImports()(modules({default: () => uninstall()}))).toEqual({
    algorithms: [],
    registered: nothing,
    undone: true,
  });
});

test('other modules are refused', async () => {
  const bring = (...all: object[]) => expectImports()(modules(...all));
  await expect(bring({default: 'direct'})).rejects.toThrow(/default export must be .*; got direct/);
  const failing = () => {
    throw new Error('no luck');
  };
  await expect(bring({default: failing})).rejects.toThrow(
    '--import: the function that the module exports threw: no luck',
  );
  await expect(bring({default: algorithm('direct')})).rejects.toThrow(/'direct' is taken/);
  await expect(bring({dFilter() {}})).rejects.toThrow(
    /My file 0\.ts brings nothing to verify; export default an algorithm/,
  );
});

test('imported kernels and gradients are found whatever their names and backends', async () => {
  const kernelFunc = () => [];
  const gradFunc = () => ({});
  const brought = await expectImports()(
    modules({
      default(tf: Tf) {
        for (const kernelName of ['Conv2D', 'MatMul', 'Mine']) {
          if (tf.getKernel(kernelName, 'cpu')) tf.unregisterKernel(kernelName, 'cpu');
          tf.registerKernel({kernelName, backendName: 'cpu', kernelFunc});
        }
        tf.registerKernel({kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc});
        tf.unregisterGradient('Prelu');
        tf.registerGradient({kernelName: 'Prelu', gradFunc});
      },
      forward() {},
      name: 'beside',
    }),
  );
  expect(brought.algorithms).toEqual(['beside', 'imported', 'imported-gradient']);
  const {kernels, gradients} = brought.registered;
  expect(kernels.map(({key}) => key).sort()).toEqual([
    'cpu_Conv2D',
    'cpu_MatMul',
    'cpu_Mine',
    'wasm_Conv2DBackpropFilter',
  ]);
  expect(gradients.map(({key}) => key)).toEqual(['Prelu']);
  setAside(brought.registered);
  expect(tf.getGradient('Prelu').gradFunc).not.toBe(gradFunc);
  expect(tf.getKernel('Mine', 'cpu') ?? null).toBeNull();
});

test('a module that registers nothing lasting or removes a kernel is refused', async () => {
  const kernel = {kernelName: 'Mine', backendName: 'cpu', kernelFunc: () => []};
  const thereAndBack = (tf: Tf) => {
    tf.registerKernel(kernel);
    tf.unregisterKernel('Mine', 'cpu');
  };
  await expect(expectImports()(modules({default: thereAndBack}))).rejects.toThrow(/brings nothing to verify/);
  const takesOut = (tf: Tf) => tf.unregisterKernel('Conv2D', 'cpu');
  await expect(expectImports()(modules({default: takesOut}))).rejects.toThrow(
    '--import: /some/where/My file 0.ts unregisters Conv2D on cpu and registers nothing in its place.',
  );
});
