import type {Conv2DInfo} from './conv2dInfo.js';

/** The three passes of a convolution. */
export type Pass = 'forward' | 'backpropInput' | 'backpropFilter';
/** The tensors they read and write; `dx`, `dFilter` have the shapes of `x`, `filter`, and `dy` that of `y`. */
export type TensorName = 'x' | 'filter' | 'y' | 'dy' | 'dx' | 'dFilter';

export const passes: readonly Pass[] = ['forward', 'backpropInput', 'backpropFilter'];

/** What each pass reads, in the order in which implementations take it, and what it writes. */
export const passTensors: Readonly<Record<Pass, {inputs: readonly [TensorName, TensorName]; output: TensorName}>> = {
  forward: {inputs: ['x', 'filter'], output: 'y'},
  backpropInput: {inputs: ['dy', 'filter'], output: 'dx'},
  backpropFilter: {inputs: ['x', 'dy'], output: 'dFilter'},
};

/** The tensor's shape in NHWC order (filters always HWIO), whatever `info.dataFormat` is: algorithms know NHWC only. */
export function shapeOf(info: Conv2DInfo, name: TensorName): [number, number, number, number] {
  switch (name) {
    case 'x':
    case 'dx':
      return [info.batch, info.inHeight, info.inWidth, info.inChannels];
    case 'filter':
    case 'dFilter':
      return [info.filterHeight, info.filterWidth, info.inChannels, filterDepth(info)];
    case 'y':
    case 'dy':
      return [info.batch, info.outHeight, info.outWidth, info.outChannels];
  }
}

/** The last dimension of the filter: F, depthwise M, which counts as 0 where there are no channels. */
export function filterDepth({kind, inChannels, outChannels}: Conv2DInfo): number {
  if (kind === 'dense') return outChannels;
  return inChannels === 0 ? 0 : outChannels / inChannels;
}

/** Weight (c, m) of a tap leads from input channel c to output channel c·step + m: to any of them when dense, depthwise to c's own. */
export function channelStep(info: Conv2DInfo): number {
  return info.kind === 'depthwise' ? filterDepth(info) : 0;
}

/** The number of elements of the tensor. */
export function sizeOf(info: Conv2DInfo, name: TensorName): number {
  switch (name) {
    case 'x':
    case 'dx':
      return info.batch * info.inHeight * info.inWidth * info.inChannels;
    case 'filter':
    case 'dFilter':
      return info.filterHeight * info.filterWidth * info.inChannels * filterDepth(info);
    case 'y':
    case 'dy':
      return info.batch * info.outHeight * info.outWidth * info.outChannels;
  }
}

/** Whether a size is 0: every result is then empty or a sum of nothing, and no algorithm is asked. */
export function hasZeroSize(info: Conv2DInfo): boolean {
  return sizeOf(info, 'x') === 0 || sizeOf(info, 'filter') === 0 || sizeOf(info, 'y') === 0;
}

/** The shape as the user sees it, in `info.dataFormat`'s order. */
export function userShapeOf(info: Conv2DInfo, name: TensorName): [number, number, number, number] {
  const [n, h, w, c] = shapeOf(info, name);
  return info.dataFormat === 'NHWC' || name === 'filter' || name === 'dFilter' ? [n, h, w, c] : [n, c, h, w];
}

/** Floating-point operations of any pass by the definition: 2·P·R·C·F, depthwise 2·P·R·C·M */
export function flopsOf(info: Conv2DInfo): number {
  const pixels = info.batch * info.outHeight * info.outWidth;
  return 2 * pixels * info.filterHeight * info.filterWidth * info.inChannels * filterDepth(info);
}
