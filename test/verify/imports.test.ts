import {type Algorithm, algorithms} from 'tfjs-convgrad';
import {defineAlgorithm} from '../../src/algorithms/index.js';
import {uninstall} from '../../src/plugin/install.js';
import {defaultTf} from '../../src/plugin/tfjs.js';
import {expectImports} from '../../src/verify/imports.js';

const algorithm = (name: string) => ({name, forward() {}}) as unknown as Algorithm;

afterEach(uninstall);

test('a module may define algorithms, export one or several, or do both', async () => {
  const takeIn = expectImports();
  defineAlgorithm(algorithm('defined'));
  const modules = [{default: algorithm('defined')}, {default: [algorithm('one'), algorithm('two')]}, {}];
  expect(await takeIn(modules)).toEqual(['defined', 'one', 'two']);
  expect(algorithms().map(({name}) => name)).toEqual(expect.arrayContaining(['direct', 'defined', 'one', 'two']));
});

test('a function is given tfjs, with convgrad installed', async () => {
  let given: unknown;
  const register = (tf: unknown) => {
    given = tf;
  };
  expect(await expectImports()([{default: register}])).toEqual([]);
  expect(given).toBe(defaultTf);
});

test('anything else is refused', async () => {
  await expect(expectImports()([{default: 'direct'}])).rejects.toThrow(/default export must be .*; got direct/);
  await expect(expectImports()([{default: algorithm('direct')}])).rejects.toThrow(/'direct' is taken/);
});
