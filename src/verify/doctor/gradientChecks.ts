import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {outcomeOfResults} from './check.js';

/** A check of the gradient of an operation that is not a convolution. The operation is linear. */
export interface GradientCheck {
  /** What it is, in a user's words. */
  what: string;
  /** The shape of the input. */
  shape: readonly number[];
  op(x: Tensor): Tensor;
}

/** Checks about gradients that `install()` repairs. */
export const gradientChecks: readonly GradientCheck[] = [
  ...(['reflect', 'symmetric'] as const).map((mode) => ({
    what: `the gradient of tf.mirrorPad, '${mode}'`,
    shape: [2, 3, 4],
    op: (x: Tensor) => tf.mirrorPad(x, [[0, 0], [1, 2], [2, 1]], mode), // biome-ignore format: one pair an axis
  })),
  {
    what: 'the gradient of tf.image.resizeNearestNeighbor, two images',
    shape: [2, 2, 3, 2],
    op: (x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [4, 6]),
  },
  {
    what: 'the gradient of tf.image.resizeBilinear, oblong images',
    shape: [2, 2, 3, 2],
    op: (x) => tf.image.resizeBilinear(x as Tensor4D, [4, 6]),
  },
  {
    what: 'the gradient of tf.depthToSpace',
    shape: [1, 2, 3, 8],
    op: (x) => tf.depthToSpace(x as Tensor4D, 2, 'NHWC'),
  },
];

/**
 * Returns an outcome as {@link outcomeOf} does. The right gradient follows from the operation on each unit vector: dx[k] = ⟨op(e_k), dy⟩.
 */
export function outcomeOfGradient({shape, op}: GradientCheck): Promise<string> {
  return outcomeOfResults(async () => {
    const size = tf.util.sizeFromShape([...shape]);
    const x = tf.tensor(wholeNumbers(size), [...shape]);
    const y = op(x);
    const dy = wholeNumbers(y.size);
    const got = await tf.grad(op)(x, tf.tensor(dy, y.shape)).data();
    const want: number[] = [];
    for (let k = 0; k < size; k++) {
      const unit = new Float32Array(size);
      unit[k] = 1;
      const column = Array.from(await op(tf.tensor(unit, [...shape])).data());
      want.push(column.reduce((sum, value, i) => sum + value * dy[i], 0));
    }
    return [{got: got as Float32Array, want}];
  });
}

/** Whole numbers that are multiples of 4, so that weights of a half and a quarter leave them whole. */
function wholeNumbers(count: number): Float32Array {
  return Float32Array.from({length: count}, (_, i) => 4 * (((i * i + 3 * i) % 7) - 3));
}
