import type {Problem} from '../../geometry/problem.js';

/** The pads of a problem, named by their relation to its kernel. */
const pads = ['same', 'valid', 1, 3, 'asymmetric', 'behind', 'causal', 'beyond'] as const;

/**
 * The levels that each factor of a problem may have. Heights stand before widths; `lies` exchanges them. The most modest level stands
 * first.
 */
export const factors = {
  kind: ['dense', 'depthwise'],
  kernel: [
    [1, 1],
    [1, 3],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [5, 4],
    [1, 7],
    [9, 9],
  ],
  stride: [
    [1, 1],
    [2, 2],
    [3, 1],
    [4, 5],
  ],
  dilation: [
    [1, 1],
    [2, 2],
    [1, 3],
    [12, 6],
  ],
  pad: pads,
  rounding: [undefined, 'floor', 'round', 'ceil'],
  dataFormat: ['NHWC', 'NCHW'],
  lies: [false, true],
  image: [
    [4, 3],
    [1, 1],
    [1, 2],
    [7, 9],
    [11, 8],
    [1, 15],
    [5, 16],
    [17, 3],
    [2, 31],
    [32, 6],
    [1, 33],
    [64, 2],
    [3, 65],
    [66, 5],
    [2, 129],
    [1, 257],
  ],
  batch: [1, 2, 3, 4, 5, 8, 9, 17, 33],
  inChannels: [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 128, 129, 256, 257],
  /** Output channels, or the multiplier of a depthwise convolution. */
  depth: [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 32, 33, 64, 65, 129, 257],
} as const;

/** Groups of factors for mistakes that need three features or more, or two features and a size. */
export const groups = [
  ['kind', 'kernel', 'stride', 'dilation'],
  ['kernel', 'stride', 'pad'],
  ['kernel', 'pad', 'dataFormat'],
  ['stride', 'dilation', 'inChannels'],
  ['stride', 'dilation', 'depth'],
  ['stride', 'dilation', 'batch'],
] as const;

const magnitude = (size: number) => [1, 8, 32, 128].filter((end) => size > end).length;

/** More such groups, in which sizes of one magnitude count as the same. */
export const coarse = {
  groups: [
    ['kernel', 'stride', 'inChannels'],
    ['kernel', 'stride', 'depth', 'kind'],
    ['kernel', 'stride', 'image'],
    ['kernel', 'stride', 'batch'],
    ['kernel', 'dilation', 'inChannels'],
    ['kernel', 'dilation', 'depth'],
    ['kernel', 'dilation', 'image'],
    ['kernel', 'dilation', 'batch'],
    ['kind', 'inChannels', 'depth', 'dataFormat'],
  ],
  classes: {
    inChannels: magnitude,
    depth: magnitude,
    batch: magnitude,
    image: (sides: readonly [number, number]) => `${magnitude(Math.min(...sides))} ${magnitude(Math.max(...sides))}`,
  },
} as const;

/**
 * The levels of the factors of fused convolutions, with every activation and several shapes of bias and slopes. Every pair of levels
 * occurs.
 */
export const fusedFactors = {
  ...factors,
  kernel: [
    [1, 1],
    [1, 3],
    [2, 2],
    [3, 3],
    [5, 4],
  ],
  stride: [
    [1, 1],
    [2, 2],
    [3, 1],
  ],
  dilation: [
    [1, 1],
    [2, 2],
  ],
  batch: [1, 2, 5, 9],
  image: [
    [4, 3],
    [1, 1],
    [7, 9],
    [5, 16],
    [2, 33],
    [3, 65],
  ],
  inChannels: [1, 3, 4, 5, 8, 9, 17, 33, 65, 257],
  depth: [1, 2, 3, 4, 5, 8, 9, 17, 33, 65, 257],
  epilogue: [
    {activation: 'linear', bias: 'c'},
    {activation: 'relu', bias: 'c'},
    {activation: 'relu'},
    {activation: 'relu6', bias: 'c'},
    {activation: 'relu6'},
    {activation: 'elu'},
    {activation: 'sigmoid', bias: ''},
    {activation: 'leakyrelu', bias: 'c', leakyreluAlpha: 0.25},
    {activation: 'prelu', slopes: 'c'},
    {activation: 'prelu', bias: 'c', slopes: ''},
    {activation: 'prelu', bias: '11c', slopes: 'hwc'},
  ],
} as const;

/** Each epilogue meets each combination of kind, stride and dilation. */
export const fusedGroups = [['kind', 'epilogue', 'stride', 'dilation']] as const;

/** Each epilogue also meets each combination of stride and dilation, and each pad, with windows of one pixel and with larger ones. */
export const fusedCoarse = {
  groups: [
    ['epilogue', 'stride', 'dilation', 'kernel'],
    ['epilogue', 'pad', 'kernel'],
  ],
  classes: {kernel: ([height, width]: readonly [number, number]) => height * width > 1},
} as const;

/** The pads of a problem with this kernel and dilation. */
export function padsOf(
  pad: (typeof pads)[number],
  kernel: readonly [number, number],
  dilation: readonly [number, number],
): Problem['pad'] {
  const [height, width] = [0, 1].map((axis) => (kernel[axis] - 1) * dilation[axis]);
  switch (pad) {
    case 'asymmetric':
      return {top: 1, bottom: 0, left: 2, right: 3};
    case 'behind':
      return {top: 1, bottom: 3, left: 0, right: 2};
    case 'causal': // no window sees what comes after it
      return {top: height, bottom: 0, left: width, right: 0};
    case 'beyond': // whole windows stand in the padding
      return {top: height + 2, bottom: height + 1, left: width + 1, right: width + 3};
    default:
      return pad;
  }
}
