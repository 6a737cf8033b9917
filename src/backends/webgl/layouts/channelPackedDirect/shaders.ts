import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../../geometry/pass.js';
import type {TensorEpilogue} from '../../../implementation.js';
import {minDrawBuffers} from '../../draw/drawBuffers.js';
import type {FragmentTile} from '../../draw/fragmentTile.js';
import {convolutionText} from '../../implicitGemm/channelPackedDirect.js';
import {fillingOf, fillings, hasOneChannel, resultTile, tapsAtOnce} from './layout.js';

const ways = ['tap by tap', 'rows of taps', 'all taps'];

const ofOne = 'one channel';

/** All variants. */
export const variants = [
  ...fillings.flatMap((filling) => ways.slice(0, filling === 'few' ? 3 : 2).map((way) => `${filling}, ${way}`)),
  ofOne,
];

/** The shader of one pass. */
export interface ChannelPackedDirectShader {
  compute: string;
  /** The tile that a fragment computes. */
  tile: FragmentTile;
  /** The name of this variant, for users. */
  variant: string;
}

/**
 * What the text depends on beside the problem: the most draw buffers, whether the texture of the filter is row-aligned, and the epilogue.
 */
interface ChannelPackedDirectOptions {
  most?: number;
  rowAligned?: boolean;
  epilogue?: TensorEpilogue | undefined;
}

export function shaderOf(
  info: Conv2DInfo,
  pass: Pass,
  {most = minDrawBuffers, rowAligned = true, epilogue}: ChannelPackedDirectOptions = {},
): ChannelPackedDirectShader {
  const [rows, columns] = tapsAtOnce(info, pass);
  const way = ways[rows > 1 ? 2 : columns > 1 ? 1 : 0];
  const tile = resultTile(info, pass, most);
  return {
    ...{compute: convolutionText(info, pass, tile, rowAligned, epilogue), tile},
    variant: hasOneChannel(info, pass) ? ofOne : `${fillingOf(info, pass)}, ${way}`,
  };
}
