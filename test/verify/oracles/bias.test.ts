import * as tf from '@tensorflow/tfjs';
import {biasOracle} from '../../../src/verify/oracles/bias.js';
import {replaceKernel} from '../../../src/verify/run/kernels.js';
import {biasMutants} from '../../mutants/biasMutants.js';
import {defineMutant} from '../../mutants/index.js';
import {ask} from './ask.js';

const nchw = 'mb2ih4iw5ic2oc3kh2kw3-p1-nchw';

describe.each(['integers', 'reals'] as const)('on %s', (fill) => {
  test.each(['mb2ih6iw7ic3oc4kh3kw2sh1sw2-same', nchw, 'mb2ih1iw3ic1oc2kh1kw3-nchw', 'mb0ih3iw3ic1oc2kh2kw2'])(
    'accepts dBias of %s',
    async (problem) => {
      expect(await ask(biasOracle, 'direct', 'backpropFilter', {fill, problem})).toEqual({status: 'passed'});
    },
  );

  test.each(biasMutants.map((mutant) => [mutant.name, mutant] as const))('rejects %s', async (name, mutant) => {
    const right = tf.getKernel('Sum', 'cpu');
    const undo = defineMutant(mutant);
    try {
      const verdict = await ask(biasOracle, `mutant-${name}`, 'backpropFilter', {
        fill,
        ...(name === 'bias-nchw-ignored' ? {problem: nchw} : {}),
      });
      expect(verdict).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/^dBias of conv2dBackward: elem/),
      });
    } finally {
      undo();
    }
    expect(tf.getKernel('Sum', 'cpu')).toBe(right);
  });
});

test('judges dBias of the tape too', async () => {
  const right = tf.getKernel('Sum', 'cpu');
  const kernelFunc = jest.fn(right.kernelFunc);
  // The first sum is that of conv2dBackward.
  kernelFunc.mockImplementationOnce(right.kernelFunc).mockImplementationOnce(({inputs, ...rest}) => {
    const doubled = tf.getKernel('Add', 'cpu').kernelFunc({inputs: {a: inputs['x']!, b: inputs['x']!}, ...rest});
    return right.kernelFunc({inputs: {x: doubled as tf.TensorInfo}, ...rest});
  });
  replaceKernel({...right, kernelFunc});
  const verdict = await ask(biasOracle, 'direct', 'backpropFilter', {fill: 'integers'});
  replaceKernel(right);
  expect(verdict).toMatchObject({status: 'failed', reason: expect.stringMatching(/^dBias of the tape: element/)});
});

test('skips imported kernels and float16 textures', async () => {
  const foreign = {imported: {run: <T>(_problem: unknown, _pass: unknown, fn: () => T) => fn()}};
  expect((await ask(biasOracle, 'direct', 'backpropFilter', {more: foreign})).status).toBe('skipped');
  expect((await ask(biasOracle, 'direct', 'backpropFilter', {fill: 'reals', f16: true})).status).toBe('skipped');
});
