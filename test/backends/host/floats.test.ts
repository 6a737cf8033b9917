import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {checkProvenances} from '../../support/checkProvenances.js';

// Algorithms that are exact on integers, and auto.
const algorithms = ['direct', 'implicitGemm', 'im2col', 'winograd', 'auto'];

describe.each(['cpu', 'wasm'] as const)('tensors of every provenance on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test.each<readonly [algorithm: string, line: string]>([
    ...algorithms.map((algorithm) => [algorithm, 'mb2ih5iw6ic3oc5kh3kw3-same'] as const),
    ['auto', 'mb2ih5iw4ic3oc5kh2kw3-same-nchw'],
    ['auto', 'mb2ih5iw6ic4oc4kh3kw3-same-depthwise'],
    ['direct', 'mb2ih5iw6ic3oc6kh3kw3-same-depthwise'],
  ])('give the right values and gradients: %s, %s', async (algorithm, line) => {
    const {wrong, leaks, count} = await checkProvenances(backend, algorithm, line);
    expect({wrong, leaks}).toEqual({wrong: [], leaks: []});
    expect(count).toBeGreaterThan(35);
  });
});
