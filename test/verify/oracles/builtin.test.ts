import * as tf from '@tensorflow/tfjs';
import {builtinOracle} from '../../../src/verify/oracles/builtin.js';
import {ask, breakPass} from './ask.js';

/** tfjs's own kernel, which the tests replace. */
const original = tf.getKernel('Conv2D', 'cpu');

function replaceBuiltin(kernelFunc: tf.KernelFunc): void {
  tf.unregisterKernel('Conv2D', 'cpu');
  tf.registerKernel({...original, kernelFunc});
}

afterEach(() => replaceBuiltin(original.kernelFunc));

const wrong: tf.KernelFunc = (given) => {
  const result = original.kernelFunc(given) as tf.TensorInfo;
  const values = (given.backend as {data: {get(id: object): {values: Float32Array}}}).data.get(result.dataId).values;
  values[3]! += 1;
  return result;
};

test('passes a right result against a right built-in', async () => {
  expect((await ask(builtinOracle, 'direct', 'forward')).status).toBe('passed');
});

test('skips a built-in that the reference proves wrong, and says so', async () => {
  replaceBuiltin(wrong);
  const {status, reason} = await ask(builtinOracle, 'direct', 'forward');
  expect({status, reason}).toEqual({
    status: 'skipped',
    reason: 'the built-in was tried and is wrong here: the reference rejects its result',
  });
});

test('skips a built-in that throws', async () => {
  replaceBuiltin(() => {
    throw new Error('no such tile');
  });
  expect(await ask(builtinOracle, 'direct', 'forward')).toMatchObject({
    status: 'skipped',
    reason: 'the built-in was tried and is wrong here: it throws: no such tile',
  });
});

test.each([
  ['right', original.kernelFunc],
  ['wrong', wrong],
])('fails a wrong implementation, whether the built-in is right or wrong: %s', async (_, kernelFunc) => {
  replaceBuiltin(kernelFunc);
  breakPass('forward', (right, info, x, filter, y, ...rest) => {
    right(info, x, filter, y, ...rest);
    y[5]! += 1;
  });
  const verdict = await ask(builtinOracle, 'broken', 'forward');
  expect(verdict.status).toBe('failed');
  expect(verdict.reason).toMatch(/^element 5 is/);
});

test('refuses our own kernel as the built-in', async () => {
  const {install, uninstall} = await import('../../../src/plugin/install.js');
  install();
  const ours = tf.getKernel('Conv2D', 'cpu').kernelFunc;
  uninstall();
  replaceBuiltin(ours);
  await expect(ask(builtinOracle, 'direct', 'forward')).rejects.toThrow('cannot be compared with itself');
});
