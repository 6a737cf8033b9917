import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {conv2d, depthwiseConv2d, install, uninstall} from 'tfjs-convgrad';
import {toFloats} from '../../src/plugin/floatTensors.js';

type Fn = (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor;

const fused = {strides: 1, pad: 'same', activation: 'relu'} as const;
const functions: Record<string, Fn> = {
  'tf.conv2d': (x, filter) => tf.conv2d(x, filter, 1, 'same'),
  'tf.conv2d of rank 3': (x, filter) => tf.conv2d(x.reshape([2, 2, 1]) as tf.Tensor3D, filter, 1, 'same'),
  'tf.conv2d in NCHW': (x, filter) => tf.conv2d(x.reshape([1, 1, 2, 2]) as tf.Tensor4D, filter, 1, 'same', 'NCHW'),
  'tf.conv2dTranspose': (x, filter) => tf.conv2dTranspose(x, filter, [1, 2, 2, 1], 1, 'same'),
  'tf.depthwiseConv2d': (x, filter) => tf.depthwiseConv2d(x, filter, 1, 'same'),
  'tf.fused.conv2d': (x, filter) => tf.fused.conv2d({...fused, x, filter}),
  'tf.fused.depthwiseConv2d': (x, filter) => tf.fused.depthwiseConv2d({...fused, x, filter}),
  conv2d: (x, filter) => conv2d(x, filter, 1, 'same') as tf.Tensor,
  depthwiseConv2d: (x, filter) => depthwiseConv2d(x, filter, 1, 'same') as tf.Tensor,
};

beforeAll(() => void install());
afterAll(() => uninstall());

const held = () => [tf.memory().numTensors, tf.memory().numDataBuffers, tf.memory().numBytes];

// The tape saves clones, and tfjs's clone on wasm misreads integers as floats.
describe.each([
  ['int32', 'disposed of'],
  ['int32', 'kept'],
  ['bool', 'disposed of'],
  ['bool', 'kept'],
] as const)('tensors cast on cpu from %s, originals %s, and moved to wasm', (dtype, fate) => {
  it.each(Object.keys(functions))('give the values and gradients of cpu and leak nothing: %s', async (name) => {
    const run = async (backend: string) => {
      await tf.setBackend('cpu');
      const originals: tf.Tensor[] = [];
      const make = (values: number[], shape: [number, number, number, number]) => {
        const original = tf.tensor(values, shape, dtype);
        originals.push(original);
        const tensor = original.toFloat() as tf.Tensor4D;
        if (fate === 'disposed of') original.dispose();
        return tensor;
      };
      const start = held();
      const [x, filter] = [make([1, 0, 3, 4], [1, 2, 2, 1]), make([5, 6, 7, 0], [2, 2, 1, 1])];
      await tf.setBackend(backend);
      const f = functions[name] as unknown as (...inputs: tf.Tensor[]) => tf.Tensor;
      const {value, grads} = tf.valueAndGrads(f)([x, filter]);
      const results = [value, ...grads, x, filter].map((tensor) => [...tensor.dataSync()]);
      const left = originals
        .filter(({isDisposed}) => !isDisposed)
        .map((tensor) => tf.tidy(() => [...tf.add(tensor, 0).dataSync()]));
      tf.dispose([value, grads, x, filter, originals]);
      return {results, left, leaked: held().map((count, i) => count - start[i]!)};
    };
    const [want, got] = [await run('cpu'), await run('wasm')];
    expect(want.results[1]!.some((value) => value >= 1)).toBe(true);
    expect(got).toEqual({...want, leaked: [0, 0, 0]});
  });
});

it('an integer input of a kernel stays an integer', async () => {
  await tf.setBackend('wasm');
  const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1], 'int32');
  const filter = tf.tensor4d([2], [1, 1, 1, 1]);
  const attributes = {strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1]};
  const y = tf.engine().runKernel('Conv2D', {x, filter}, attributes) as tf.Tensor;
  expect([...y.dataSync()]).toEqual([2, 4, 6, 8]);
  expect(x.dataSync()).toEqual(Int32Array.of(1, 2, 3, 4));
  expect(tf.add(x, x).dataSync()).toEqual(Int32Array.of(2, 4, 6, 8));
});

it('a cast tensor is neither leaked nor copied twice', async () => {
  await tf.setBackend('cpu');
  const filter = tf.tensor4d([2], [1, 1, 1, 1]);
  const start = held();
  const x = tf.tidy(() => tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1], 'int32').toFloat());
  await tf.setBackend('wasm');
  const one = held();
  tf.conv2d(x, filter, 1, 'same').dispose();
  const data = tf.backend().numDataIds();
  for (let i = 0; i < 3; i++) tf.conv2d(x, filter, 1, 'same').dispose();
  expect(held()).toEqual(one);
  expect(tf.backend().numDataIds()).toBe(data);
  x.dispose();
  expect(held()).toEqual(start);
  filter.dispose();
});

it('toFloats() returns a disposed tensor unchanged', async () => {
  await tf.setBackend('wasm');
  const dy = tf.ones([1]);
  dy.dispose();
  expect(toFloats(tf, dy)).toBe(dy);
});
