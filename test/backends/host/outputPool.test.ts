import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {reuseOutputs} from '../../../src/backends/host/memory.js';

type Cpu = {data: {set: unknown; get(dataId: object): {values: Float32Array}}; readSync: unknown; disposeData: unknown};
const cpu = () => tf.backend() as unknown as Cpu;

const size = 64;
const image = (value: number) => tf.fill([1, size, size, 4], value) as tf.Tensor4D;
const identity = () => tf.eye(4).reshape<tf.Tensor4D>([1, 1, 4, 4]);
/** The output of an identity convolution, filled with the value. */
const output = (value: number) => tf.tidy(() => tf.conv2d(image(value), identity(), 1, 'valid') as tf.Tensor4D);
/** The array of a tensor, read without the backend's methods. */
const arrayOf = (tensor: tf.Tensor) => cpu().data.get(tensor.dataId).values;
const all = (values: ArrayLike<number>, value: number) => Array.from(values).every((each) => each === value);

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => void install());
afterEach(uninstall);

it('reuses the array of a disposed tensor, never that of a live one', () => {
  const first = output(1);
  const array = arrayOf(first);
  const second = output(2);
  expect(arrayOf(second)).not.toBe(array);
  first.dispose();
  const third = output(3);
  expect(arrayOf(third)).toBe(array);
  expect([all(third.dataSync(), 3), all(second.dataSync(), 2)]).toEqual([true, true]);
  tf.dispose([second, third]);
});

it.each<[string, (y: tf.Tensor4D) => Promise<ArrayLike<number>> | ArrayLike<number> | tf.Tensor]>([
  ['dataSync()', (y) => y.dataSync()],
  ['data()', (y) => y.data()],
  ['bufferSync()', (y) => y.bufferSync().values],
  ['buffer()', async (y) => (await y.buffer()).values],
  ['a slice', (y) => tf.slice(y, [0, 1, 0, 0], [1, 2, size, 4])],
  ['a slice of a reshaped tensor', (y) => tf.tidy(() => y.flatten().slice([17], [40]))],
  ['unstack', (y) => tf.tidy(() => tf.unstack(y.reshape([2, -1]))[1])],
  ['split', (y) => tf.tidy(() => tf.split(y, 2, 1)[0])],
  ['a clone', (y) => y.clone()],
  ['a reshaped tensor', (y) => y.reshape([-1])],
  ['a variable', (y) => tf.variable(y)],
  ['a cast variable', (y) => tf.variable(y.asType('float32'))],
  ['a tensor of its array', (y) => tf.tensor1d(arrayOf(y))],
  ['a kernel that hands its input on', (y) => handOn(y)],
])('never reuses an array that %s still shares', async (_, get) => {
  const y = output(5);
  const kept = await get(y);
  y.dispose();
  const others = [output(6), output(7), output(8)];
  const values = kept instanceof tf.Tensor ? kept.dataSync() : kept;
  expect(values.length).toBeGreaterThan(0);
  expect(all(values, 5)).toBe(true);
  tf.dispose([...others, ...(kept instanceof tf.Tensor ? [kept] : [])]);
});

/** As a foreign kernel may do: returns another tensor on the same array. */
function handOn(y: tf.Tensor): tf.Tensor {
  const kernel = {
    kernelName: 'HandOn',
    backendName: 'cpu',
    kernelFunc: ({inputs, backend}: {inputs: tf.NamedTensorInfoMap; backend: object}) => {
      const {values} = (backend as Cpu).data.get(inputs['y']!.dataId);
      const {makeTensorInfo} = backend as {
        makeTensorInfo(shape: number[], dtype: string, values: unknown): tf.TensorInfo;
      };
      return makeTensorInfo.call(backend, inputs['y']!.shape, 'float32', values.subarray(0));
    },
  };
  tf.registerKernel(kernel);
  try {
    return tf.engine().runKernel('HandOn', {y}) as tf.Tensor;
  } finally {
    tf.unregisterKernel('HandOn', 'cpu');
  }
}

it('holds at most seven arrays of 17.6 MB, and none after uninstall()', () => {
  const large = tf.tidy(() => {
    const x = tf.zeros<tf.Rank.R4>([1, 1100, 1000, 4]);
    return Array.from({length: 9}, () => tf.keep(tf.conv2d(x, identity(), 1, 'valid')));
  });
  const arrays = new Set(large.map(arrayOf)); // 17.6 MB each, and room for seven
  tf.dispose(large);
  const again = tf.tidy(() => {
    const x = tf.zeros<tf.Rank.R4>([1, 1100, 1000, 4]);
    return Array.from({length: 9}, () => tf.keep(tf.conv2d(x, identity(), 1, 'valid')));
  });
  expect(again.filter((y) => arrays.has(arrayOf(y)))).toHaveLength(7);
  tf.dispose(again);
  uninstall();
  install();
  const fresh = output(1);
  expect(arrays.has(arrayOf(fresh))).toBe(false);
  fresh.dispose();
});

it('restores the methods of the backend, except those replaced by others since', () => {
  const own = () => ['readSync', 'disposeData'].filter((name) => Object.hasOwn(cpu(), name));
  output(1).dispose();
  expect(own()).toEqual(['readSync', 'disposeData']);
  uninstall();
  expect([own(), Object.hasOwn(cpu().data, 'set')]).toEqual([[], false]);
  install();
  output(1).dispose();
  const ours = cpu().readSync as (dataId: object) => Float32Array;
  const theirs = (dataId: object) => ours(dataId);
  cpu().readSync = theirs;
  uninstall();
  expect(cpu().readSync).toBe(theirs);
  const y = output(4);
  expect(all(y.dataSync(), 4)).toBe(true);
  y.dispose();
  delete (cpu() as Partial<Cpu>).readSync;
});

it('gives the same training losses and weights as new arrays', () => {
  const run = () =>
    tf.tidy(() => {
      const weights = [
        tf.variable(tf.randomNormal([3, 3, 4, 8], 0, 0.3, 'float32', 1)),
        tf.variable(tf.randomNormal([3, 3, 8, 4], 0, 0.3, 'float32', 2)),
      ];
      const x = tf.randomNormal<tf.Rank.R4>([2, 48, 48, 4], 0, 1, 'float32', 3);
      const optimizer = tf.train.sgd(0.01);
      const losses = Array.from(
        {length: 6},
        () =>
          optimizer
            .minimize(() => {
              const hidden = tf.conv2d(x, weights[0] as unknown as tf.Tensor4D, 1, 'same').relu() as tf.Tensor4D;
              return tf
                .conv2d(hidden, weights[1] as unknown as tf.Tensor4D, 1, 'same')
                .sub(x)
                .square()
                .mean() as tf.Scalar;
            }, true)!
            .dataSync()[0],
      );
      const values = weights.map((weight) => weight.dataSync().slice());
      tf.dispose(weights);
      return {losses, values} as never as tf.TensorContainer;
    });
  const pooled = run();
  reuseOutputs(false);
  expect(run()).toEqual(pooled);
});
