import * as tf from '@tensorflow/tfjs';
import {randomFrom} from '../../../src/geometry/random.js';

type Fn = (...inputs: tf.Tensor[]) => tf.Tensor;

/** An op, its inputs, and how `checkGradients` can judge it. */
export interface Op {
  name: string;
  f: Fn;
  inputs(seed: number): tf.Tensor[];
  mode: 'integers' | 'real';
}

/** Random values in [least, most]. */
function values(shape: number[], least: number, most: number, text: string): tf.Tensor {
  const next = randomFrom(text);
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({length: size}, () => least + ((most - least) * next()) / 2 ** 32),
    shape,
  );
}

function op(name: string, mode: Op['mode'], f: Fn, shapes: number[][], [least, most] = [-2, 2]): Op {
  const inputs = (seed: number) => shapes.map((shape, k) => values(shape, least, most, `${seed}/${name}/${k}`));
  return {name, mode, f, inputs};
}

/** Random values of both signs, away from 0. */
function apart(op: Op): Op {
  return {...op, inputs: (seed) => op.inputs(seed).map((x) => tf.tidy(() => x.add(x.sign().mul(0.1))))};
}

const image = [1, 5, 5, 2];

/** Ops of tfjs with right gradients on cpu. */
export const ops: Op[] = [
  op('matMul', 'integers', (a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), [
    [3, 4],
    [4, 2],
  ]),
  op('add, broadcast', 'integers', (a, b) => tf.add(a, b), [[3, 4], [4]]),
  op('sub', 'integers', (a, b) => tf.sub(a, b), [
    [3, 4],
    [3, 1],
  ]),
  op('mul', 'integers', (a, b) => tf.mul(a, b), [
    [3, 4],
    [3, 4],
  ]),
  op(
    'div',
    'real',
    (a, b) => tf.div(a, b),
    [
      [3, 2],
      [3, 2],
    ],
    [0.5, 2],
  ),
  op('pow', 'real', (a, b) => tf.pow(a, b), [[5], [5]], [0.5, 2]),
  op('square', 'real', (x) => tf.square(x), [[6]]),
  op('sqrt', 'real', (x) => tf.sqrt(x), [[6]], [0.1, 4]),
  op('rsqrt', 'real', (x) => tf.rsqrt(x), [[6]], [0.2, 4]),
  op('exp', 'real', (x) => tf.exp(x), [[6]]),
  op('log', 'real', (x) => tf.log(x), [[6]], [0.1, 4]),
  op('sin', 'real', (x) => tf.sin(x), [[6]]),
  op('tanh', 'real', (x) => tf.tanh(x), [[6]]),
  op('sigmoid', 'real', (x) => tf.sigmoid(x), [[6]], [-5, 5]),
  op('softplus', 'real', (x) => tf.softplus(x), [[6]], [-5, 5]),
  apart(op('relu', 'real', (x) => tf.relu(x), [[3, 4]])),
  apart(op('leakyRelu', 'real', (x) => tf.leakyRelu(x, 0.3), [[3, 4]])),
  apart(op('elu', 'real', (x) => tf.elu(x), [[3, 4]])),
  apart(op('selu', 'real', (x) => tf.selu(x), [[3, 4]])),
  apart(op('abs', 'real', (x) => tf.abs(x), [[3, 4]])),
  op('softmax', 'real', (x) => tf.softmax(x), [[2, 5]]),
  op('logSoftmax', 'real', (x) => tf.logSoftmax(x), [[2, 5]]),
  op('logSumExp', 'real', (x) => tf.logSumExp(x, 1), [[2, 5]]),
  op(
    'batchNorm',
    'real',
    (x, m, v, b, s) => tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D, b as tf.Tensor1D, s as tf.Tensor1D),
    [[4, 3], [3], [3], [3], [3]],
    [0.3, 2],
  ),
  op('conv2d', 'integers', (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), [image, [3, 2, 2, 2]]),
  op('depthwiseConv2d', 'integers', (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid'), [
    image,
    [2, 2, 2, 1],
  ]),
  op(
    'conv2dTranspose',
    'integers',
    (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [1, 7, 6, 2], 1, 'valid'),
    [
      [1, 5, 5, 1],
      [3, 2, 2, 1],
    ],
  ),
  op('maxPool', 'real', (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same'), [image]),
  op('avgPool', 'real', (x) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'valid'), [image]),
  op('max', 'real', (x) => tf.max(x, 1), [[3, 4]]),
  op('mean', 'real', (x) => tf.mean(x, 0), [[3, 4]]),
  op('sum', 'integers', (x) => tf.sum(x, 1), [[3, 4]]),
  op('cumsum', 'integers', (x) => tf.cumsum(x, 1), [[3, 4]]),
  op('concat', 'integers', (a, b) => tf.concat([a, b], 1), [
    [2, 3],
    [2, 1],
  ]),
  op('slice', 'integers', (x) => tf.slice(x, [1, 0], [2, 3]), [[3, 4]]),
  op(
    'pad',
    'integers',
    (x) =>
      tf.pad(x, [
        [1, 0],
        [2, 1],
      ]),
    [[2, 3]],
  ),
  op('transpose', 'integers', (x) => tf.transpose(x, [2, 0, 1]), [[2, 3, 2]]),
  op('tile', 'integers', (x) => tf.tile(x, [2, 3]), [[2, 2]]),
  op('gather', 'integers', (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')), [[3, 2]]),
  op('resizeBilinear', 'real', (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 6]), [image]),
  op(
    'softmaxCrossEntropy',
    'real',
    (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([1, 0, 3], 'int32'), 4), x),
    [[3, 4]],
  ),
  op('huberLoss', 'real', (x) => tf.losses.huberLoss(tf.zeros([3, 4]), x), [[3, 4]], [-3, 3]),
];

/** The same function with its gradients changed. */
export function withGradient(f: Fn, change: (gradient: tf.Tensor, input: number) => tf.Tensor): Fn {
  return (...inputs) =>
    f(
      ...inputs.map((input, k) =>
        tf.customGrad((x) => ({value: (x as tf.Tensor).clone(), gradFunc: (dy) => change(dy, k)}))(input),
      ),
    );
}

/** A gradient that is too large. */
export function scaled(f: Fn, factor: number): Fn {
  return withGradient(f, (gradient) => gradient.mul(factor));
}

/** A gradient that is wrong at one element of one input. */
export function wrongAt(f: Fn, input: number, index: number, factor: number): Fn {
  return withGradient(f, (gradient, k) => {
    if (k !== input) return gradient;
    const data = gradient.dataSync().slice() as Float32Array;
    data[index] *= factor;
    return tf.tensor(data, gradient.shape);
  });
}
