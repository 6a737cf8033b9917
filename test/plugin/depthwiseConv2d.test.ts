import * as tf from '@tensorflow/tfjs';
import {type Activation, depthwiseConv2d, depthwiseConv2dBackward, install, uninstall} from 'tfjs-convgrad';
import {activationNames} from '../../src/geometry/activations.js';
import {dilateFilter, expectSame, integers} from '../support/convLayers.js';

type Image = tf.Tensor4D;
const x = () => integers([2, 7, 6, 3], 1) as Image;
const filter = () => integers([3, 2, 3, 2], 2) as Image;
const toNCHW = (t: tf.Tensor) => tf.transpose(t, [0, 3, 1, 2]) as Image;
const toNHWC = (t: tf.Tensor) => tf.transpose(t, [0, 2, 3, 1]) as Image;

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

describe('depthwiseConv2d', () => {
  it('takes the arguments of tf.depthwiseConv2d or an object, without install()', () => {
    const want = tf.depthwiseConv2d(x(), filter(), [2, 1], 'same');
    expectSame([depthwiseConv2d(x(), filter(), [2, 1], 'same')], [want]);
    expectSame([depthwiseConv2d({x: x(), filter: filter(), strides: [2, 1], pad: 'same'})], [want]);
    const single = tf.squeeze(tf.slice(x(), 0, 1), [0]) as tf.Tensor3D;
    expectSame([depthwiseConv2d(single, filter(), 1, 'valid')], [tf.depthwiseConv2d(single, filter(), 1, 'valid')]);
  });

  it.each(activationNames())('applies the bias and %s in both data formats like tf.fused.depthwiseConv2d', (name) => {
    const slopes = name === 'prelu' ? {preluActivationWeights: integers([6], 4)} : {};
    const activation: Activation = name;
    const more = {bias: integers([6], 3) as tf.Tensor1D, activation, leakyreluAlpha: 0.3, ...slopes};
    const options = {filter: filter(), strides: 1, pad: 'valid' as const, ...more};
    const want = tf.fused.depthwiseConv2d({x: x(), ...options});
    expectSame([depthwiseConv2d({x: x(), ...options})], [want]);
    expectSame([toNHWC(depthwiseConv2d({x: toNCHW(x()), dataFormat: 'NCHW', ...options}))], [want]);
    install();
    expectSame([tf.fused.depthwiseConv2d({x: x(), ...options})], [want]);
  });

  it.each([
    [
      'a fourth filter dimension less',
      [3, 2, 3],
      /filter must have rank 4, \[height, width, inChannels, channelMultiplier\]/,
    ],
    ['other channels', [3, 2, 2, 1], /has 3 channels but filter \[3,2,2,1\] expects 2/],
  ])('names itself when it refuses %s', (_name, shape, message) => {
    const ask = () => depthwiseConv2d(x(), integers(shape, 1) as Image, 1, 'valid');
    expect(ask).toThrow(message);
    expect(ask).toThrow(/^depthwiseConv2d: /);
  });
});

it.each(['NHWC', 'NCHW'] as const)('depthwiseConv2dBackward returns dx, dFilter and dBias in %s', (dataFormat) => {
  const back = dataFormat === 'NCHW' ? toNCHW : (t: tf.Tensor) => t as Image;
  const dy = integers([2, 4, 6, 6], 5);
  const want = tf.grads((a, w) => tf.depthwiseConv2d(a as Image, w as Image, [2, 1], 'same'))([x(), filter()], dy);
  const args = {x: back(x()), filter: filter(), dy: back(dy), strides: [2, 1] as [number, number], dataFormat};
  const {dx, dFilter, dBias} = depthwiseConv2dBackward({...args, pad: 'same'});
  expectSame([dx, dFilter, dBias], [back(want[0]!), want[1]!, tf.sum(dy, [0, 1, 2])]);
});

describe('tf.depthwiseConv2d', () => {
  const gradients = (f: (x: Image, filter: Image) => tf.Tensor) => {
    const g = (a: tf.Tensor, w: tf.Tensor) => f(a as Image, w as Image);
    return [g(x(), filter()), ...tf.grads(g)([x(), filter()], integers(g(x(), filter()).shape, 5))];
  };

  it('has a gradient under dilation, which throws without convgrad', () => {
    const run = () => gradients((a, w) => tf.depthwiseConv2d(a, w, 1, 'same', 'NHWC', [2, 3]));
    expect(run).toThrow(/dilation rates greater than 1/);
    const want = gradients((a, w) => tf.depthwiseConv2d(a, dilateFilter(w, [2, 3]), 1, 'same'));
    install();
    expectSame(run(), want);
  });

  it('combines stride and dilation, which tfjs refuses', () => {
    const run = () => gradients((a, w) => tf.depthwiseConv2d(a, w, [2, 1], 'same', 'NHWC', [2, 3]));
    expect(run).toThrow(/Either strides or dilations must be 1/);
    const want = gradients((a, w) => tf.depthwiseConv2d(a, dilateFilter(w, [2, 3]), [2, 1], 'same'));
    install();
    expectSame(run(), want);
  });

  it('reads NCHW, which tfjs takes for NHWC', () => {
    const run = (a: Image) => tf.depthwiseConv2d(toNCHW(a), filter(), 1, 'same', 'NCHW');
    const want = toNCHW(tf.depthwiseConv2d(x(), filter(), 1, 'same'));
    expect(run(x()).shape).not.toEqual(want.shape);
    install();
    expectSame([run(x())], [want]);
  });

  it.each<[string, (a: Image, w: Image) => tf.Tensor]>([
    ['linear', (a, w) => tf.fused.depthwiseConv2d({x: a, filter: w, strides: 1, pad: 'same', dilations: 2})],
    [
      'relu',
      (a, w) => tf.fused.depthwiseConv2d({x: a, filter: w, strides: 1, pad: 'same', dilations: 2, activation: 'relu'}),
    ],
  ])('fused with %s trains under dilation, which throws without convgrad', (activation, fused) => {
    expect(() => gradients(fused)).toThrow(/dilation rates greater than 1/);
    install();
    const own = {strides: 1, pad: 'same' as const, dilations: 2, activation: activation as Activation};
    expectSame(
      gradients(fused),
      gradients((a, w) => depthwiseConv2d({x: a, filter: w, ...own})),
    );
  });

  it('ignores pads of the channels like tfjs, though depthwiseConv2d() refuses them', () => {
    const pad = [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 1],
    ] as never;
    const run = () => tf.depthwiseConv2d(x(), filter(), 1, pad);
    const want = run();
    install();
    expectSame([run()], [want]);
    expect(() => depthwiseConv2d(x(), filter(), 1, pad)).toThrow(/pads the batch or the channels/);
  });
});
