import * as tf from '@tensorflow/tfjs';
import {conv2d, conv2dBackward, install, uninstall} from 'tfjs-convgrad';

type Shape = [number, number, number, number];

const x = (shape: Shape = [1, 4, 4, 2]) => tf.ones(shape) as tf.Tensor4D;
const filter = (shape: Shape = [3, 3, 2, 1]) => tf.ones(shape) as tf.Tensor4D;
const dy = (shape: Shape = [1, 4, 4, 1]) => tf.ones(shape) as tf.Tensor4D;
const disposed = () => {
  const tensor = x();
  tensor.dispose();
  return tensor;
};
const same = {strides: 1, pad: 'same' as const};
const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
  tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor;
const attrs = {strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1};

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  install();
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

it.each<[string, () => unknown, RegExp]>([
  // our own functions
  ['no arguments', () => (conv2d as unknown as () => void)(), /^conv2d: x must be a tensor, got undefined/],
  [
    'an array',
    () => conv2d([[1]] as never, filter(), 1, 'same'),
    /^conv2d: x must be a tensor, got an array; wrap plain values/,
  ],
  [
    'int32 x',
    () => conv2d(x().toInt(), filter(), 1, 'same'),
    /^conv2d: x has dtype int32.*cast it with x\.toFloat\(\)/,
  ],
  [
    'bool x',
    () => conv2d(tf.ones([1, 4, 4, 2], 'bool') as tf.Tensor4D, filter(), 1, 'same'),
    /^conv2d: x has dtype bool/,
  ],
  [
    'complex filter',
    () => conv2d(x(), tf.complex(filter(), filter()) as tf.Tensor4D, 1, 'same'),
    /filter has dtype complex64.*tf\.real/,
  ],
  ['rank 2', () => conv2d(tf.ones([4, 4]) as never, filter(), 1, 'same'), /^conv2d: x must have rank 4.*got rank 2/],
  ['rank 3 filter', () => conv2d(x(), tf.ones([3, 3, 2]) as never, 1, 'same'), /filter must have rank 4/],
  [
    'channel mismatch',
    () => conv2d(x(), filter([3, 3, 5, 1]), 1, 'same'),
    /has 2 channels but filter \[3,3,5,1\] expects 5/,
  ],
  [
    'oversized filter',
    () => conv2d(x(), filter([5, 3, 2, 1]), 1, 'valid'),
    /covers 5 along the height, more than input 4/,
  ],
  ['stride 0', () => conv2d(x(), filter(), 0, 'same'), /strides must be a whole number/],
  ['dilation 1.5', () => conv2d(x(), filter(), 1, 'same', 'NHWC', 1.5), /dilations must be a whole number/],
  ['pad -1', () => conv2d(x(), filter(), 1, -1), /pad must be a whole number ≥ 0; got -1/],
  ['unknown format', () => conv2d(x(), filter(), 1, 'same', 'NCWH' as never), /unknown dataFormat "NCWH"/],
  ['unknown mode', () => conv2d(x(), filter(), 1, 1, 'NHWC', 1, 'up' as never), /unknown dimRoundingMode "up"/],
  [
    'unknown activation',
    () => conv2d({x: x(), filter: filter(), ...same, activation: 'gelu' as never}),
    /unknown activation 'gelu' \(did you mean 'relu'\?\); use one of linear/,
  ],
  [
    'prelu without slopes',
    () => conv2d({x: x(), filter: filter(), ...same, activation: 'prelu'}),
    /activation 'prelu' needs preluActivationWeights/,
  ],
  ['disposed x', () => conv2d(disposed(), filter(), 1, 'same'), /^conv2d: x has been disposed; keep it with tf\.keep/],
  [
    'dy of another shape',
    () => conv2dBackward({x: x(), filter: filter(), dy: dy([1, 3, 4, 1]), ...same}),
    /dy has shape \[1,3,4,1\] where the geometry gives \[1,4,4,1\]/,
  ],
  [
    'a bias that would enlarge the output',
    () => conv2d({x: x(), filter: filter(), ...same, bias: tf.ones([9, 4, 4, 1])}),
    /^conv2d: bias \[9,4,4,1\] does not broadcast to the output \[1,4,4,1\] \(NHWC\); give one value for each of its 1 channels/,
  ],
  [
    'a disposed bias',
    () => conv2d({x: x(), filter: filter(), ...same, bias: disposed()}),
    /^conv2d: bias has been disposed/,
  ],
  [
    'a plain array as bias',
    () => conv2d({x: x(), filter: filter(), ...same, bias: [1] as never}),
    /^conv2d: bias must be a tensor, got an array/,
  ],
  [
    'int32 slopes',
    () =>
      conv2d({
        ...{x: x(), filter: filter(), ...same, activation: 'prelu'},
        preluActivationWeights: tf.ones([1], 'int32'),
      }),
    /^conv2d: preluActivationWeights has dtype int32/,
  ],
  [
    'an int32 input of conv2dBackward',
    () => conv2dBackward({x: x(), filter: filter().toInt(), dy: dy(), ...same}),
    /^conv2dBackward: filter has dtype int32/,
  ],
  [
    'a pad beyond all memory',
    () => conv2d(x(), filter(), 1, 1e9),
    /^conv2d: the output \[1,2000000002,.* more than the 2147483647 that one tensor holds/,
  ],
  [
    'dy larger than the output',
    () => conv2dBackward({x: x(), filter: filter(), dy: dy([1, 5, 4, 1]), ...same}),
    /^conv2dBackward: dy has shape \[1,5,4,1\] where the geometry gives \[1,4,4,1\]/,
  ],
  [
    'dy of another rank',
    () => conv2dBackward({x: x(), filter: filter(), dy: tf.ones([4, 4, 1]) as tf.Tensor3D, ...same}),
    /x has rank 4 and dy rank 3/,
  ],
  [
    'dy missing',
    () => conv2dBackward({x: x(), filter: filter(), ...same} as never),
    /^conv2dBackward: dy must be a tensor/,
  ],
  // calls that tfjs-core lets through to our kernels
  [
    'oversized filter through tf.conv2d',
    () => tf.conv2d(x(), filter([6, 6, 2, 1]), 1, 'valid'),
    /^conv2d: the filter covers 6.*more than input 4/,
  ],
  ['fractional stride through tf.conv2d', () => tf.conv2d(x(), filter(), 1.5, 'same'), /^conv2d: strides/],
  ['negative pad through tf.conv2d', () => tf.conv2d(x(), filter(), 1, -1), /^conv2d: pad must be/],
  [
    'unknown mode through tf.conv2d',
    () => tf.conv2d(x(), filter(), 1, 1, 'NHWC', 1, 'up' as never),
    /^conv2d: unknown dimRoundingMode/,
  ],
  ['disposed x through tf.conv2d', () => tf.conv2d(disposed(), filter(), 1, 'same'), /disposed/],
  [
    'oversized filter through fused',
    () => tf.fused.conv2d({x: x(), filter: filter([6, 6, 2, 1]), strides: 1, pad: 'valid'}),
    /covers 6 along the height/,
  ],
  [
    'NaN size',
    () => run('Conv2DBackpropInput', {dy: dy(), filter: filter()}, {...attrs, inputShape: [1, Number.NaN, 4, 2]}),
    /^conv2dBackpropInput: x \[1,NaN,4,2\] has the size NaN/,
  ],
  [
    'no inputShape',
    () => run('Conv2DBackpropInput', {dy: dy(), filter: filter()}, attrs),
    /^conv2dBackpropInput: x must have rank 4.*undefined/,
  ],
  [
    'wrong inputShape',
    () => run('Conv2DBackpropInput', {dy: dy(), filter: filter()}, {...attrs, inputShape: [1, 9, 4, 2]}),
    /dy has shape \[1,4,4,1\] where the geometry gives \[1,9,4,1\]/,
  ],
  [
    'wrong filterShape',
    () => run('Conv2DBackpropFilter', {x: x(), dy: dy()}, {...attrs, filterShape: [3, 3, 2, 7]}),
    /^conv2dBackpropFilter: dy has shape \[1,4,4,1\] where the geometry gives \[1,4,4,7\]/,
  ],
  [
    'complex dy',
    () => run('Conv2DBackpropFilter', {x: x(), dy: tf.complex(dy(), dy())}, {...attrs, filterShape: [3, 3, 2, 1]}),
    /dy has dtype complex64.*tf\.real/,
  ],
  [
    'text',
    () => run('Conv2D', {x: tf.tensor(['a'], [1, 1, 1, 1]), filter: filter([1, 1, 1, 1])}, attrs),
    /^conv2d: x has dtype string; convolutions take float32: pass numbers/,
  ],
  // named as the user named them
  [
    'disposed x through tf.conv2dTranspose',
    () => tf.conv2dTranspose(disposed(), filter([3, 3, 1, 2]), [1, 4, 4, 1], 1, 'same'),
    /disposed/,
  ],
  [
    'x of another size through tf.conv2dTranspose',
    () => tf.conv2dTranspose(x([1, 3, 4, 2]), filter([3, 3, 1, 2]), [1, 4, 4, 1], 1, 'same'),
    /^conv2dTranspose: x has shape \[1,3,4,2\] where the geometry gives \[1,4,4,2\]/,
  ],
  [
    'no whole outputShape of tf.conv2dTranspose',
    () => tf.conv2dTranspose(x(), filter([3, 3, 1, 2]), [1, 4.5, 4, 1], 1, 'same'),
    /^conv2dTranspose: outputShape \[1,4.5,4,1\] has the size 4.5/,
  ],
  [
    'oversized filter through tf.conv1d',
    () => tf.conv1d(tf.ones([1, 4, 2]) as tf.Tensor3D, tf.ones([6, 2, 1]) as tf.Tensor3D, 1, 'valid'),
    /^conv1d: the filter covers 6 along the width, more than input 4/,
  ],
  [
    'oversized filter through tf.separableConv2d',
    () => tf.separableConv2d(x(), filter([6, 3, 2, 1]), filter([1, 1, 2, 1]), 1, 'valid'),
    /^separableConv2d: the filter covers 6/,
  ],
  [
    'a symbol as activation',
    () => conv2d({x: x(), filter: filter(), ...same, activation: Symbol('relu') as never}),
    /^conv2d: unknown activation 'Symbol\(relu\)'; use one of linear/,
  ],
  [
    'a symbol as alpha',
    () =>
      run('FusedConv2D', {x: x(), filter: filter()}, {...attrs, activation: 'leakyrelu', leakyreluAlpha: Symbol('a')}),
    /^fused\.conv2d: leakyreluAlpha must be a number; got Symbol\(a\)\./,
  ],
  [
    'a bias that is switched off by a boolean',
    () => conv2d({x: x(), filter: filter(), ...same, bias: false as never}),
    /^conv2d: bias must be a tensor, got boolean/,
  ],
  [
    'what no error message can quote as JSON',
    () => run('Conv2D', {x: x(), filter: filter()}, {...attrs, strides: 1n}),
    /^conv2d: strides must be .* got 1n\./,
  ],
  [
    'a symbol among sizes',
    () => run('Conv2DBackpropInput', {dy: dy(), filter: filter()}, {...attrs, inputShape: [1, Symbol('h'), 4, 2]}),
    /^conv2dBackpropInput: x \[1,Symbol\(h\),4,2\] has the size Symbol\(h\)/,
  ],
])('%s gives an error that names function and value, and leaks nothing', (_name, call, message) => {
  const before = tf.memory().numTensors;
  expect(call).toThrow(message);
  expect(tf.memory().numTensors - before).toBeLessThanOrEqual(6); // the arguments made here, nothing of ours
});

it('reads the first two strides and dilations only, as tfjs does', () => {
  const right = tf.conv2d(x(), filter(), [2, 1], 'same').dataSync();
  expect(tf.conv2d(x(), filter(), [2, 1, 7] as never, 'same').dataSync()).toEqual(right);
  const [plain, longer] = [
    [1, 2],
    [1, 2, 0],
  ].map((dilations) => run('Conv2D', {x: x(), filter: filter()}, {...attrs, dilations}).dataSync());
  expect(longer).toEqual(plain);
});
