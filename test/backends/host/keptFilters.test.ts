import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {keepingParts} from '../../../src/engine/keptFilters.js';

const x = () => tf.randomUniform<tf.Rank.R4>([1, 12, 12, 8], -1, 1, 'float32', 1);
const weights = (seed: number) => tf.randomUniform<tf.Rank.R4>([3, 3, 8, 8], -1, 1, 'float32', seed);
const again = () => keepingParts[1]!.hits;
/** A convolution and its dX, which both read the filter. */
const both = (filter: tf.Tensor4D) =>
  tf.tidy(() => {
    const {value, grad} = tf.valueAndGrad((image: tf.Tensor) =>
      tf.conv2d(image as tf.Tensor4D, filter, 1, 'same').sum(),
    )(x());
    return [tf.conv2d(x(), filter, 1, 'same').dataSync(), value.dataSync(), grad.dataSync()].map((each) => [...each]);
  });

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterEach(uninstall);

  it.each(['gather', 'winograd', 'winograd4'])('%s follows whatever becomes of a filter', (algorithm) => {
    const wanted = (seed: number) => {
      install({tf, algorithm}); // a new engine, which has kept nothing
      const filter = weights(seed);
      const result = both(filter);
      filter.dispose();
      uninstall();
      return result;
    };
    const [want, other] = [wanted(1), wanted(2)];
    expect(other).not.toEqual(want);
    install({tf, algorithm});
    const variable = tf.variable<tf.Rank.R4>(weights(1));
    const before = again();
    for (let i = 0; i < 4; i++) expect(both(variable)).toEqual(want);
    if (backend === 'wasm' || algorithm !== 'gather') expect(again()).toBeGreaterThan(before);
    // Another tensor in the same variable, and perhaps in the same memory.
    variable.assign(weights(2));
    for (let i = 0; i < 4; i++) expect(both(variable)).toEqual(other);
    variable.dispose();
    for (const [seed, result] of [
      [1, want],
      [2, other],
      [1, want],
    ] as const) {
      const filter = weights(seed);
      for (let i = 0; i < 3; i++) expect(both(filter)).toEqual(result);
      filter.dispose();
    }
  });
});

it.each(['gather', 'winograd'])('%s on cpu sees what is written into the array of a filter', async (algorithm) => {
  await tf.setBackend('cpu');
  const values = Float32Array.from(weights(1).dataSync());
  const others = Float32Array.from(weights(2).dataSync());
  install({tf, algorithm});
  const filter = tf.tensor4d(values, [3, 3, 8, 8]);
  const [want, other] = [both(filter), both(tf.tensor4d(others, [3, 3, 8, 8]))];
  for (let i = 0; i < 3; i++) expect(both(filter)).toEqual(want);
  values.set(others); // tfjs keeps the very array
  for (let i = 0; i < 3; i++) expect(both(filter)).toEqual(other);
  filter.dataSync().set(weights(1).dataSync());
  expect(both(filter)).toEqual(want);
});
