import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';

type Pair = [height: number, width: number];

/**
 * How shaders step through an image and a filter, as [height, width]. Of the taps that meet a pixel of dX, only one in `tapStep` = s /
 * gcd(s, d) meets an output.
 */
export function tapGeometry(info: Conv2DInfo): Record<'stride' | 'dilation' | 'pad' | 'tapStep', Pair> {
  const {strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  return {
    stride: [strideHeight, strideWidth],
    dilation: [dilationHeight, dilationWidth],
    pad: [padTop, padLeft],
    tapStep: [strideHeight / gcd(strideHeight, dilationHeight), strideWidth / gcd(strideWidth, dilationWidth)],
  };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
