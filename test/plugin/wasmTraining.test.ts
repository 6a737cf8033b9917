import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';

afterEach(uninstall);

const [batch, side, classes] = [8, 12, 3];

/** A small classifier: two convolutions, the second dilated, batch normalisation with negative values, pooling and a dense layer. */
function network(dilationRate = 2): tf.Sequential {
  const initializer = (seed: number) => ({kernelInitializer: tf.initializers.glorotUniform({seed})});
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [side, side, 2], filters: 6, kernelSize: 3, ...initializer(1)}),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({poolSize: 2}),
      tf.layers.conv2d({filters: 5, kernelSize: 2, dilationRate, activation: 'tanh', ...initializer(2)}),
      tf.layers.averagePooling2d({poolSize: 2, strides: 1}),
      tf.layers.flatten(),
      tf.layers.dense({units: classes, activation: 'softmax', ...initializer(3)}),
    ],
  });
  model.compile({optimizer: tf.train.momentum(0.1, 0.9), loss: 'categoricalCrossentropy'});
  return model;
}

const data = () => ({
  x: tf.randomNormal([batch, side, side, 2], 0, 1, 'float32', 4),
  y: tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'), classes),
});

async function losses(backend: string, steps: number): Promise<number[]> {
  await tf.setBackend(backend);
  const model = network();
  const {x, y} = data();
  const found: number[] = [];
  for (let i = 0; i < steps; i++) found.push((await model.trainOnBatch(x, y)) as number);
  tf.dispose([x, y]);
  model.dispose();
  return found;
}

it('the losses of training on wasm equal those on cpu up to rounding', async () => {
  install();
  const steps = 12;
  const onCpu = await losses('cpu', steps);
  const onWasm = await losses('wasm', steps);
  expect(onCpu[steps - 1]).toBeLessThan(0.5 * onCpu[0]);
  // Two orders of a sum of K terms differ by at most 2γ(K), relatively to Σ|a||b|. The longest, over the pixels of a batch, has 8·10·10 terms;
  // the differences add up over the steps.
  const gamma = 800 * 2 ** -24;
  onWasm.forEach((loss, step) => {
    expect(Math.abs(loss - onCpu[step])).toBeLessThanOrEqual((step + 1) * 2 * gamma * onCpu[step]);
  });
});

it('200 training steps use no more memory than ten', async () => {
  install();
  await tf.setBackend('wasm');
  const model = network();
  const {x, y} = data();
  const held = () => ({tensors: tf.memory().numTensors, data: tf.backend().numDataIds(), bytes: tf.memory().numBytes});
  for (let i = 0; i < 10; i++) await model.trainOnBatch(x, y);
  const tenth = held();
  for (let i = 10; i < 200; i++) await model.trainOnBatch(x, y);
  expect(held()).toEqual(tenth);
  tf.dispose([x, y]);
  model.dispose();
});

it('training throws without convgrad and after uninstall(), but predictions stay the same', async () => {
  await tf.setBackend('wasm');
  const model = network(1);
  const {x, y} = data();
  await expect(model.trainOnBatch(x, y)).rejects.toThrow(/Conv2DBackpropFilter/);
  install();
  await model.trainOnBatch(x, y);
  const before = (model.predict(x) as tf.Tensor).dataSync();
  uninstall();
  const after = (model.predict(x) as tf.Tensor).dataSync();
  after.forEach((value, i) => {
    expect(value).toBeCloseTo(before[i], 5);
  });
  await expect(model.trainOnBatch(x, y)).rejects.toThrow(/Conv2DBackpropFilter/);
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
  tf.dispose([x, y]);
  model.dispose();
});
