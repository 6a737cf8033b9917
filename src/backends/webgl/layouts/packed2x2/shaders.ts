import type {Conv2DInfo, Kind} from '../../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../../geometry/pass.js';
import type {TensorEpilogue} from '../../../implementation.js';
import {depthwiseText} from '../../depthwise/packed2x2.js';
import {minDrawBuffers} from '../../draw/drawBuffers.js';
import {filterGradientText, pairedSliceSumText, sliceSumText} from '../../filterGradient/packed2x2.js';
import {filterGradientTileOf, pairsTaps} from '../../filterGradient/tile.js';
import {pointwiseText, pointwiseTile} from '../../pointwise/packed2x2.js';

/** The shaders of one pass: the computing one, and the one that sums dFilter's slices. */
export interface Packed2x2Shaders {
  compute: string;
  sum: string;
  /** The name of this variant, for users. */
  variant: string;
}

const byTaps = 'two taps a draw buffer';
const byChannels = 'two channels a draw buffer';
const unstridedVariants: Readonly<Record<Kind, string>> = {dense: 'single pixels', depthwise: 'a row of taps at once'};
/** Variants of dX at a stride above 1 across. */
const stridedVariants: Readonly<Record<Kind, string>> = {
  dense: 'single pixels between gaps',
  depthwise: 'every other tap of a row',
};

/** What the texts depend on beside the problem. */
interface Packed2x2Options {
  /** Whether the textures of the first input and of the second are row-aligned; see `PackedTexture`. */
  rowAligned?: readonly [boolean, boolean];
  /** The most draw buffers. */
  most?: number;
  epilogue?: TensorEpilogue | undefined;
}

export function shadersOf(
  info: Conv2DInfo,
  pass: Pass,
  {most = minDrawBuffers, rowAligned: [first, second] = [true, true], epilogue}: Packed2x2Options = {},
): Packed2x2Shaders {
  if (pass === 'backpropFilter') {
    const tile = filterGradientTileOf(info, most);
    return {
      compute: filterGradientText(info, tile, {x: first, dy: second}),
      sum: pairsTaps(info) ? pairedSliceSumText(info, tile) : sliceSumText(tile.drawBuffers),
      variant: pairsTaps(info) ? byTaps : byChannels,
    };
  }
  const isForward = pass === 'forward';
  const rowAligned = {source: first, filter: second};
  const compute =
    info.kind === 'dense'
      ? pointwiseText(info, isForward, pointwiseTile(info, isForward, most), rowAligned, epilogue)
      : depthwiseText(info, isForward, rowAligned, epilogue);
  return {
    compute,
    sum: '',
    variant: (isForward || info.strideWidth === 1 ? unstridedVariants : stridedVariants)[info.kind],
  };
}

/** All variants of a kind and pass. */
export function variantsOf(kind: Kind, pass: Pass): string[] {
  if (pass === 'backpropFilter') return kind === 'dense' ? [byChannels, byTaps] : [byTaps];
  return [unstridedVariants[kind], ...(pass === 'backpropInput' ? [stridedVariants[kind]] : [])];
}
