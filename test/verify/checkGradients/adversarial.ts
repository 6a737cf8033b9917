import * as tf from '@tensorflow/tfjs';
import {randomFrom} from '../../../src/geometry/random.js';

type Fn = (...inputs: tf.Tensor[]) => tf.Tensor;

/** An op at one of the points where finite differences in float32 are hard to trust. Its gradient in tfjs is right. */
export interface Nasty {
  name: string;
  f: Fn;
  inputs: tf.Tensor[];
}

interface Family {
  name: string;
  f: Fn;
  shapes: number[][];
  /** Inputs that the op needs to be positive, as positions; all or none. */
  positive?: boolean;
  /** The largest value that does not overflow. */
  most?: number;
}

const image = [1, 4, 4, 2];
const labels = (classes: number, rows: number) =>
  tf.oneHot(
    tf.tensor1d(
      Array.from({length: rows}, (_, i) => i % classes),
      'int32',
    ),
    classes,
  );

function family(name: string, f: Fn, shapes: number[][], more: Partial<Family> = {}): Family {
  return {name, f, shapes, ...more};
}

const to4D = (x: tf.Tensor) => x as tf.Tensor4D;

/** More than sixty functions, without ops whose gradient is missing or wrong in tfjs. */
export const families: Family[] = [
  ...(
    [
      ['square', tf.square],
      ['cube', (x) => x.mul(x).mul(x)],
      ['exp', tf.exp],
      ['expm1', tf.expm1],
      ['sin', tf.sin],
      ['cos', tf.cos],
      ['tanh', tf.tanh],
      ['atan', tf.atan],
      ['asinh', tf.asinh],
      ['sinh', tf.sinh],
      ['cosh', tf.cosh],
      ['erf', tf.erf],
      ['sigmoid', tf.sigmoid],
      ['logSigmoid', tf.logSigmoid],
      ['softplus', tf.softplus],
      ['relu', tf.relu],
      ['relu6', tf.relu6],
      ['leakyRelu', (x) => tf.leakyRelu(x, 0.2)],
      ['elu', tf.elu],
      ['selu', tf.selu],
      ['abs', tf.abs],
      ['floor', tf.floor],
      ['round', tf.round],
      ['sign', tf.sign],
      ['step', (x) => tf.step(x)],
      ['swish', (x) => x.mul(tf.sigmoid(x))],
      ['clip', (x) => tf.clipByValue(x, -1, 1)],
      ['softmax', tf.softmax],
      ['logSoftmax', tf.logSoftmax],
      ['logSumExp', (x) => tf.logSumExp(x)],
      ['mean', (x) => tf.mean(x)],
      ['mean of squares', (x) => tf.mean(tf.square(x))],
      ['sum of squares', (x) => tf.sum(tf.square(x))],
      ['variance', (x) => tf.moments(x).variance],
      ['max', (x) => tf.max(x)],
      ['min', (x) => tf.min(x)],
      ['norm', (x) => tf.norm(x)],
      ['unit vector', (x) => x.div(x.norm())],
      ['layer norm', (x) => x.sub(x.mean()).div(x.sub(x.mean()).square().mean().add(1e-5).sqrt())],
      ['cumsum', (x) => tf.cumsum(x)],
      ['offset', (x) => x.sin().add(3000).sub(3000)],
      ['swallowed', (x) => x.square().mul(1e-4).add(3000).sub(3000)],
      ['denormal', (x) => x.square().mul(1e-42)],
      ['tiny', (x) => x.sin().mul(1e-20)],
      ['huge', (x) => x.square().mul(1e20)],
      ['crossEntropy', (x) => tf.losses.softmaxCrossEntropy(labels(3, 1), x.flatten().slice(0, 3).reshape([1, 3]))],
      ['sigmoidCrossEntropy', (x) => tf.losses.sigmoidCrossEntropy(tf.onesLike(x), x)],
      ['huber', (x) => tf.losses.huberLoss(tf.zerosLike(x), x)],
      ['meanSquaredError', (x) => tf.losses.meanSquaredError(tf.onesLike(x), x)],
      ['hinge', (x) => tf.losses.hingeLoss(tf.onesLike(x), x)],
      ['sqrt of squares', (x) => x.square().add(1e-8).sqrt()],
    ] as [string, Fn][]
  ).map(([name, f]) => family(name, f, [[4]])),
  ...(
    [
      ['log', tf.log],
      ['log1p', tf.log1p],
      ['sqrt', tf.sqrt],
      ['rsqrt', tf.rsqrt],
      ['reciprocal', tf.reciprocal],
      ['acosh', (x) => tf.acosh(x.add(1.01))],
      ['entropy', (x) => x.mul(x.log()).sum()],
      ['normalized', (x) => x.div(x.sum())],
    ] as [string, Fn][]
  ).map(([name, f]) => family(name, f, [[4]], {positive: true})),
  family('div', (a, b) => tf.div(a, b), [[3], [3]], {positive: true}),
  family('pow', (a, b) => tf.pow(a, b), [[3], [3]], {positive: true, most: 8}),
  family('atan2', (a, b) => tf.atan2(a, b), [[3], [3]], {positive: true}),
  family('maximum', (a, b) => tf.maximum(a, b), [[3], [3]]),
  family('minimum', (a, b) => tf.minimum(a, b), [[3], [3]]),
  family('squaredDifference', (a, b) => tf.squaredDifference(a, b), [[3], [3]]),
  family('mul', (a, b) => tf.mul(a, b), [[3], [3]]),
  family('matMul', (a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), [
    [2, 3],
    [3, 2],
  ]),
  family('conv2d', (x, w) => tf.conv2d(to4D(x), to4D(w), 1, 'same'), [image, [3, 3, 2, 2]]),
  family('conv2d, relu', (x, w) => tf.relu(tf.conv2d(to4D(x), to4D(w), 1, 'same')), [image, [3, 3, 2, 2]]),
  family('conv2d, elu, mean', (x, w) => tf.mean(tf.square(tf.elu(tf.conv2d(to4D(x), to4D(w), 1, 'valid')))), [
    image,
    [3, 3, 2, 2],
  ]),
  family('maxPool', (x) => tf.maxPool(to4D(x), 2, 2, 'valid'), [image]),
  family('avgPool', (x) => tf.avgPool(to4D(x), 2, 2, 'valid'), [image]),
];

/** Points differ in the scale of values, their offset from 0 and their ratio to each other. */
const scales = [1, 1, 0.05, 1e-3, 1e-8, 20, 300];
const offsets = [0, 0, 0, 1, 16, 40, 1000, -25];
const unlike = [1, 1, 1, 1e-3, 1e3];

/** The nth point; deterministic. */
export function nastyAt(nth: number): Nasty {
  const {name, f, shapes, positive = false, most = 1e4} = families[nth % families.length];
  const next = randomFrom(`nasty ${nth}`);
  const pick = (values: readonly number[]) => values[next() % values.length];
  const [scale, offset, other] = [pick(scales), pick(offsets), pick(unlike)];
  const isTied = next() % 8 === 0;
  const inputs = shapes.map((shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from({length: size}, (_, i) => {
      const drawn = next() / 2 ** 31 - 1;
      let value = scale * drawn * (i % 3 === 2 ? other : 1) + offset;
      if (isTied && i % 2 === 1) value = offset;
      if (next() % 16 === 0) value = offset + scale * 1e-6 * drawn;
      if (positive) value = Math.abs(value) + 1e-6;
      return Math.max(-most, Math.min(most, value));
    });
    return tf.tensor(data, shape);
  });
  return {name: `${name}, scale ${scale}, offset ${offset}, unlike ${other}, point ${nth}`, f, inputs};
}
