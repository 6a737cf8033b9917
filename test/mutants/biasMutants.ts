import type {KernelFunc, TensorInfo} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {applyAndRelease, type BackendContext, runBackendKernel} from '../../src/plugin/backendOps.js';
import {replaceKernel} from '../../src/verify/run/kernels.js';
import type {MutantDescription} from './mutant.js';

/** An element of dy [N, H, W, F], in any data format. */
interface Element {
  n: number;
  h: number;
  w: number;
  f: number;
  /** The index of the element in memory. */
  index: number;
}

interface Sizes {
  batch: number;
  height: number;
  width: number;
  channels: number;
  isNCHW: boolean;
}

/** A deliberately wrong dBias, on every backend. It lies in no algorithm: all algorithms share the sum that tfjs makes of dy. */
export interface BiasMutant extends Omit<MutantDescription, 'passes'> {
  /** The weight of an element in the sum; 1 if absent. */
  weight?(element: Element, sizes: Sizes): number;
  /** The channel into which an element is summed; its own if absent. */
  channel?(element: Element, sizes: Sizes): number;
}

export const biasMutants: readonly BiasMutant[] = [
  {name: 'bias-batch-0-only', wrong: 'dBias sums over the first image only', weight: ({n}) => (n === 0 ? 1 : 0)},
  {
    name: 'bias-overwrite',
    wrong: 'dBias of each image overwrites the one before instead of being added',
    weight: ({n}, {batch}) => (n === batch - 1 ? 1 : 0),
  },
  {name: 'bias-divided-by-batch', wrong: 'dBias is divided by N', weight: (_, {batch}) => 1 / batch},
  {
    name: 'bias-mean-over-pixels',
    wrong: 'dBias is divided by OH · OW',
    weight: (_, {height, width}) => 1 / (height * width),
  },
  {
    name: 'bias-axis-missing',
    wrong: 'dBias sums over batch and height, and takes the first column for all',
    weight: ({w}) => (w === 0 ? 1 : 0),
  },
  {
    name: 'bias-last-row',
    wrong: 'dBias leaves out the last row of dy',
    weight: ({h}, {height}) => (h < height - 1 ? 1 : 0),
  },
  {
    name: 'bias-last-column',
    wrong: 'dBias leaves out the last column of dy',
    weight: ({w}, {width}) => (w < width - 1 ? 1 : 0),
  },
  {
    name: 'bias-planar',
    wrong: 'dBias reads dy as NCHW where it is NHWC',
    channel: ({index, f}, {height, width, channels, isNCHW}) =>
      isNCHW ? f : Math.floor(index / (height * width)) % channels,
  },
  {
    name: 'bias-nchw-ignored',
    wrong: 'dBias reads dy as NHWC where it is NCHW',
    channel: ({index}, {channels}) => index % channels,
  },
];

/** Replaces tfjs's sums over all axes of an image except its channels by the wrong sum. @returns the undo */
export function breakBias(mutant: BiasMutant, backendName: string): () => void {
  const right = tf.getKernel('Sum', backendName);
  if (!right) return () => {};
  const kernelFunc: KernelFunc = (params) => {
    const dy = params.inputs['x'] as TensorInfo;
    const axes = (params.attrs?.['axis'] ?? []) as number[];
    const isNCHW = !axes.includes(1);
    // The tape leaves out axes of length 1. A bias of a larger shape than one value for each channel keeps more axes.
    const isSummed = (axis: number) => axes.includes(axis) || dy.shape[axis] === 1;
    const isBias =
      dy.shape.length === 4 && axes.length < 4 && axes.includes(0) && [0, isNCHW ? 3 : 1, 2].every(isSummed);
    if (!isBias || dy.shape.includes(0)) return right.kernelFunc(params);
    const shape = dy.shape.filter((_, axis) => !axes.includes(axis));
    return wrongSum(
      {tf, backendName, backend: params.backend as object},
      dy,
      wrongMatrix(mutant, dy.shape, isNCHW),
      shape,
    );
  };
  replaceKernel({...right, kernelFunc});
  return () => replaceKernel(right);
}

interface Memory {
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/**
 * Multiplies dy, as a row, by the matrix. It uses kernels that every backend has, since not every backend can read values synchronously.
 */
function wrongSum(place: BackendContext, dy: TensorInfo, matrix: Float32Array, shape: number[]): TensorInfo {
  const elements = dy.shape.reduce((product, size) => product * size, 1);
  const b = (place.backend as Memory).makeTensorInfo([1, elements, matrix.length / elements], 'float32', matrix);
  const reshaped = (x: TensorInfo, to: number[]) => runBackendKernel(place, 'Reshape', {x}, {shape: to});
  return applyAndRelease(place, b, () =>
    applyAndRelease(place, reshaped(dy, [1, 1, elements]), (a) =>
      applyAndRelease(
        place,
        runBackendKernel(place, 'BatchMatMul', {a, b}, {transposeA: false, transposeB: false}),
        (sums) => reshaped(sums, shape),
      ),
    ),
  );
}

/** The weight of each element of dy in the sum of each channel: [N·H·W·F, F]. */
function wrongMatrix({weight, channel}: BiasMutant, shape: number[], isNCHW: boolean): Float32Array {
  const [batch, height, width, channels] = isNCHW ? [shape[0], shape[2], shape[3], shape[1]] : shape;
  const sizes = {batch, height, width, channels, isNCHW};
  const matrix = new Float32Array(batch * height * width * channels * channels);
  for (let index = 0; index < matrix.length / channels; index++) {
    const pixel = isNCHW ? index : Math.floor(index / channels);
    const [w, h] = [pixel % width, Math.floor(pixel / width) % height];
    const f = isNCHW ? Math.floor(index / (height * width)) % channels : index % channels;
    const element = {n: Math.floor(index / (height * width * channels)), h, w, f, index};
    matrix[index * channels + (channel?.(element, sizes) ?? f)] = weight?.(element, sizes) ?? 1;
  }
  return matrix;
}
