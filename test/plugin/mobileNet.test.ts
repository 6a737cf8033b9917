import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {
  convReference,
  depthwiseReference,
  expectSame,
  integers,
  valueAndGradients,
  variablesOf,
} from '../support/convLayers.js';

/** A stem and two blocks of depthwise and pointwise convolutions, the second dilated as in a network for segmentation. */
function mobileNet(): tf.Sequential {
  const model = tf.sequential();
  const relu = {padding: 'same', activation: 'relu6'} as const;
  model.add(tf.layers.conv2d({...relu, filters: 4, kernelSize: 3, strides: 2, inputShape: [13, 12, 3]}));
  model.add(tf.layers.depthwiseConv2d({...relu, kernelSize: 3, strides: 2}));
  model.add(tf.layers.conv2d({...relu, filters: 6, kernelSize: 1}));
  model.add(tf.layers.depthwiseConv2d({...relu, kernelSize: 3, dilationRate: 2, depthMultiplier: 2}));
  model.add(tf.layers.conv2d({padding: 'same', filters: 2, kernelSize: 1}));
  return model;
}

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

it('has the gradients of the same network built from ops without dilation', () => {
  const model = mobileNet();
  const weights = model.layers.flatMap(variablesOf);
  const x = integers([2, 13, 12, 3], 1);
  const reference = (input: tf.Tensor) =>
    model.layers.reduce(
      (y, layer) => (layer.getClassName() === 'DepthwiseConv2D' ? depthwiseReference : convReference)(layer, y),
      input,
    );
  const want = valueAndGradients(reference, x, weights);
  const installation = install({algorithm: 'depthwise'}); // 'auto' leaves what is tiny to the definition
  const got = valueAndGradients((input) => model.apply(input) as tf.Tensor, x, weights);
  expectSame(got, want);
  expect(weights).toHaveLength(10);
  const served = installation.report().calls.filter(({algorithm}) => algorithm === 'depthwise');
  expect(served.map(({pass}) => pass).sort()).toEqual(['backpropFilter', 'backpropInput', 'forward']);
});

it('fine-tunes with a falling loss and leaks no tensors', async () => {
  install();
  const model = mobileNet();
  model.compile({optimizer: tf.train.adam(0.02), loss: 'meanSquaredError'});
  const [x, y] = [
    tf.randomNormal([4, 13, 12, 3], 0, 1, 'float32', 1),
    tf.randomNormal([4, 4, 3, 2], 0, 1, 'float32', 2),
  ];
  const losses: number[] = [];
  const held: number[] = [];
  for (let step = 0; step < 20; step++) {
    losses.push((await model.trainOnBatch(x, y)) as number);
    held.push(tf.memory().numTensors);
  }
  expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
  expect(new Set(held.slice(1)).size).toBe(1);
});
