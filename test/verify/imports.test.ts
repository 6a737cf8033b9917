import {type Algorithm, algorithms} from 'tfjs-convgrad';
import {defineAlgorithm} from '../../src/algorithms/index.js';
import {uninstall} from '../../src/plugin/install.js';
import {defaultTf} from '../../src/plugin/tfjs.js';
import {expectImports} from '../../src/verify/imports.js';

const algorithm = (name: string) => ({name, forward() {}}) as unknown as Algorithm;

afterEach(uninstall);

const modules = (...all: object[]) =>
  new Map(all.map((module, i): [string, object] => [`/some/where/My file ${i}.ts`, module])) as never;

test('a module may define algorithms, export one or several, or do both', async () => {
  const takeIn = expectImports();
  defineAlgorithm(algorithm('defined'));
  const brought = await takeIn(
    modules({default: algorithm('defined')}, {default: [algorithm('one'), algorithm('two')]}, {}),
  );
  expect(brought).toEqual({algorithms: ['defined', 'one', 'two'], undone: false});
  expect(algorithms().map(({name}) => name)).toEqual(expect.arrayContaining(['direct', 'defined', 'one', 'two']));
});

test('functions named after passes are an algorithm, called after the file or by its name', async () => {
  const brought = await expectImports()(modules({backpropFilter() {}}, {forward() {}, name: 'named'}));
  expect(brought.algorithms).toEqual(['my-file-0', 'named']);
});

test('a function is given tfjs, with convgrad installed', async () => {
  let given: unknown;
  const register = (tf: typeof defaultTf) => {
    given = tf;
    const kernel = tf.getKernel('Conv2D', 'cpu');
    tf.unregisterKernel('Conv2D', 'cpu');
    tf.registerKernel({...kernel, kernelFunc: (call) => kernel.kernelFunc(call)});
  };
  expect(await expectImports()(modules({default: register}))).toEqual({algorithms: [], undone: false});
  expect(given).toBe(defaultTf);
});

test('a module that takes the installation back is found out', async () => {
  expect(await expectImports()(modules({default: () => uninstall()}))).toEqual({algorithms: [], undone: true});
});

test('anything else is refused', async () => {
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
