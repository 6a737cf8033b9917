import type * as tf from '@tensorflow/tfjs';
import {activationNames} from '../../../src/geometry/activations.js';
import {verify} from '../../../src/verify/index.js';
import {foreignKernel, memoryOf} from './foreign.js';

const sizes = 'ih6iw7ic3oc4kh3kw3-same-nhwc';
const options = {backends: ['cpu'], oracles: ['activation'], fills: ['reals'], diagnose: false} as const;

/** Registers fused kernels that compute `wrong` of the sum and the slope where they should compute the activation. */
function activate(activation: string, wrong: (z: number, slope: number) => number): void {
  for (const name of ['FusedConv2D', 'FusedDepthwiseConv2D']) {
    foreignKernel(name, (right) => (params) => {
      if (params.attrs!['activation'] !== activation) return right(params);
      const {preluActivationWeights: slopes, ...inputs} = params.inputs as Record<string, tf.TensorInfo>;
      const linear = {
        ...params,
        inputs: inputs as typeof params.inputs,
        attrs: {...params.attrs, activation: 'linear'},
      };
      const result = right(linear);
      const z = memoryOf(params, result);
      const weights = slopes && memoryOf(params, slopes);
      const alpha = Number(params.attrs!['leakyreluAlpha'] ?? 0.2);
      z.set(z.map((value, i) => wrong(value, weights ? weights[i % weights.length]! : alpha)));
      return result;
    });
  }
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

test.each<[string, string, string, (z: number, slope: number) => number]>([
  ['whose tails are cut off', 'sigmoid', 'sigmoid', (z) => (z < -12 ? 0 : z > 12 ? 1 : sigmoid(z))],
  ['that overflows', 'sigmoid', 'sigmoid', (z) => Math.fround(Math.exp(z)) / (1 + Math.fround(Math.exp(z)))],
  ['that is a line near 0', 'sigmoid', 'sigmoid', (z) => (Math.abs(z) < 0.02 ? 0.5 + z / 4.002 : sigmoid(z))],
  ['that ends at −8', 'elu', 'elu', (z) => (z < -8 ? -1 : z < 0 ? Math.expm1(z) : z)],
  ['that drops small numbers', 'relu', 'relu', (z) => (z > 1e-20 ? z : 0)],
  ['that is the larger of two', 'leakyrelu', 'leakyrelu1.5', (z, slope) => Math.max(z, slope * z)],
  ['that takes no slope below 0', 'leakyrelu', 'leakyrelu-0.5', (z, slope) => (z < 0 ? Math.max(0, slope) * z : z)],
  ['that takes the size of slopes', 'prelu', 'prelu', (z, slope) => (z < 0 ? Math.abs(slope) * z : z)],
])('rejects an activation %s: %s', async (_, activation, words, wrong) => {
  activate(activation, wrong);
  for (const kind of ['', '-depthwise']) {
    const problems = [`${kind ? sizes.replace('oc4', 'oc3') : sizes}${kind}-${words}`];
    const {results} = await verify({...options, problems, passes: ['forward']});
    expect(results.map(({status}) => status)).toEqual(['failed']);
    expect(results[0]!.reason).toMatch(/^where sums are single values from /);
  }
});

test('passes every activation of convgrad, in both passes', async () => {
  const words = [...activationNames().filter((name) => name !== 'linear'), 'leakyrelu-0.5', 'bias-leakyrelu1.5'];
  const {results} = await verify({...options, problems: words.map((word) => `${sizes}-${word}`)});
  expect(results.filter(({status}) => status !== 'passed' && status !== 'skipped')).toEqual([]);
  const passed = results.filter(({status}) => status === 'passed');
  expect(new Set(passed.map(({pass}) => pass))).toEqual(new Set(['forward', 'backpropInput']));
  expect(passed.length).toBeGreaterThan(3 * words.length);
});
