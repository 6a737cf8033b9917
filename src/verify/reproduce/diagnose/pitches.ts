import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';

/** How far apart neighbours are in memory. The channels of an image are adjacent. */
export interface Pitches {
  x: {image: number; row: number; column: number};
  filter: {row: number; column: number; input: number; output: number};
  y: {image: number; row: number; column: number};
}

/** The pitches of NHWC and HWIO. */
export function pitchesOf(info: Conv2DInfo): Pitches {
  const {inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F, filterWidth} = info;
  return {
    x: {image: inHeight * inWidth * C, row: inWidth * C, column: C},
    filter: {row: filterWidth * C * F, column: C * F, input: F, output: 1},
    y: {image: outHeight * outWidth * F, row: outWidth * F, column: F},
  };
}
