import type {Conv2DInfo} from './conv2dInfo.js';

/** The three passes of a convolution. */
export type Pass = 'forward' | 'backpropInput' | 'backpropFilter';
/** The tensors that the passes read and write. `dx` has the shape of `x`, `dFilter` that of `filter`, and `dy` that of `y`. */
export type TensorName = 'x' | 'filter' | 'y' | 'dy' | 'dx' | 'dFilter';

export const passes: readonly Pass[] = ['forward', 'backpropInput', 'backpropFilter'];

/** The tensors that each pass reads, in the order in which implementations take them, and the tensor that it writes. */
export const passTensors: Readonly<Record<Pass, {inputs: readonly [TensorName, TensorName]; output: TensorName}>> = {
  forward: {inputs: ['x', 'filter'], output: 'y'},
  backpropInput: {inputs: ['dy', 'filter'], output: 'dx'},
  backpropFilter: {inputs: ['x', 'dy'], output: 'dFilter'},
};

/** The tensor's shape in NHWC order, whatever `info.dataFormat` is, because algorithms know NHWC only. Filters are always HWIO. */
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

/** The last dimension of the filter: F, or M for depthwise, which counts as 0 if there are no channels. */
export function filterDepth({kind, inChannels, outChannels}: Conv2DInfo): number {
  if (kind === 'dense') return outChannels;
  return inChannels === 0 ? 0 : outChannels / inChannels;
}

/** Weight (c, m) of a tap leads from input channel c to output channel c·step + m. Dense: to any output channel; depthwise: to c's own. */
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

/** Whether a tensor has no elements. Every result is then empty or a sum of no terms, and no algorithm is used. */
export function hasZeroSize(info: Conv2DInfo): boolean {
  return sizeOf(info, 'x') === 0 || sizeOf(info, 'filter') === 0 || sizeOf(info, 'y') === 0;
}

/** The shape in the order of `info.dataFormat`, as the user sees it. */
export function userShapeOf(info: Conv2DInfo, name: TensorName): [number, number, number, number] {
  const [n, h, w, c] = shapeOf(info, name);
  return info.dataFormat === 'NHWC' || name === 'filter' || name === 'dFilter' ? [n, h, w, c] : [n, c, h, w];
}

/**
 * Floating-point operations of any pass by the definition: 2·P·R·C·F, or 2·P·R·C·M for depthwise. P is the number of output
 * pixels, R the number of taps.
 */
export function flopsOf(info: Conv2DInfo): number {
  const pixels = info.batch * info.outHeight * info.outWidth;
  return 2 * pixels * info.filterHeight * info.filterWidth * info.inChannels * filterDepth(info);
}
