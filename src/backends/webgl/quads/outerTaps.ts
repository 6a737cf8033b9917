import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';

/**
 * The same sums as in `outer.ts`, for whom a tap has few products: where channels are kept apart, and where there is one. Here the four targets are four
 * taps of a row, in row (((slice·kh + i)·⌈kw/4⌉ + g)·⌈C/4⌉ + q): taps j = 4g to 4g + 3, which share each texel of dy. It goes four pixels at a time,
 * past the last one too: beside x and dy stand zeros.
 */
const text = (isWindow: boolean, column: string, lane: string) => `
  void main() {
    ivec2 at = rowAt(ivec2(gl_FragCoord.xy), resultBands);
    int groups = (taps.y + 3) / 4;
    int row = over(at.x, resultShape.w);
    int quad = at.x - row * resultShape.w;
    int i = over(row, groups);
    int first = 4 * (row - i * groups) * dilation.y - pad.y - margin;
    int slice = over(i, taps.x);
    i -= slice * taps.x;
    if (slice >= resultShape.x) return;
    int top = i * dilation.x - pad.x;
    vec2 xTexel = 1. / vec2(textureSize(x, 0)), dyTexel = 1. / vec2(textureSize(dy, 0));
    float across = float(stride.y) * xTexel.x, along = float(dilation.y) * xTexel.x;
    vec4 sum0 = vec4(0.), sum1 = vec4(0.), sum2 = vec4(0.), sum3 = vec4(0.);
    int last = min((slice + 1) * sliceRows, dyShape.x * dyShape.y);
    for (int p = slice * sliceRows; p < last; p++) {
      int n = over(p, dyShape.y);
      int h = top + (p - n * dyShape.y) * stride.x;
      if (h < 0 || h >= xShape.y) continue;
      vec2 fromX = (vec2(beginOf((n * xShape.y + h) * xShape.w, xBands) + ivec2(first, quad)) + .5) * xTexel;
      vec2 fromDy = (vec2(beginOf(p * dyShape.w, dyBands) + ivec2(0, ${column})) + .5) * dyTexel;
      for (int ow = 0; ow < dyShape.z; ow += 4) {
        float left = fromX.x + float(ow) * across, place = fromDy.x + float(ow) * dyTexel.x;
        ${four((s) => `vec4 b${s} = texture(dy, vec2(place + ${s}. * dyTexel.x, fromDy.y));`)}
        ${isWindow ? windowText(lane) : tapText(lane)}
      }
    }
    target0 = sum0; target1 = sum1; target2 = sum2; target3 = sum3;
  }
`;

const four = (part: (index: number) => string) => [0, 1, 2, 3].map(part).join('\n        ');

/** Taps and pixels lie side by side: seven pixels of x serve four of dy at four taps. */
const windowText = (lane: string) => `
        ${[0, 1, 2, 3, 4, 5, 6].map((at) => `vec4 a${at} = texture(x, vec2(left + ${at}. * xTexel.x, fromX.y));`).join('\n        ')}
        ${four((t) => `sum${t} += ${[0, 1, 2, 3].map((s) => `a${s + t}${lane} * b${s}`).join(' + ')};`)}`;

const tapText = (lane: string) =>
  four((t) =>
    [0, 1, 2, 3]
      .map((s) => `sum${t} += texture(x, vec2(left + ${s}. * across + ${t}. * along, fromX.y))${lane} * b${s};`)
      .join(' '),
  );

/** The text for a problem whose taps are taken in fours. */
export function outerTapsText({kind, strideWidth, dilationWidth}: Conv2DInfo): string {
  const isWindow = strideWidth === 1 && dilationWidth === 1;
  return kind === 'depthwise' ? text(isWindow, 'quad', '') : text(isWindow, 'at.y', '.x');
}

/** Whether a tap has so few products that four of them make a fragment. */
export function takesTaps({kind, inChannels, filterWidth, dilationWidth, padLeft}: Conv2DInfo): boolean {
  const isFew = kind === 'depthwise' || inChannels === 1;
  return isFew && filterWidth > 1 && padLeft <= (filterWidth - 1) * dilationWidth;
}

/** The columns of x and of dy that are read, zeros at their sides included. */
export function tapColumns(info: Conv2DInfo): {margin: number; x: number; dy: number} {
  const {inWidth, outWidth, filterWidth, strideWidth, dilationWidth, padLeft} = info;
  const dy = 4 * Math.ceil(outWidth / 4);
  const end = (dy - 1) * strideWidth - padLeft + (filterWidth - 1) * dilationWidth + 1;
  return {margin: -padLeft, x: Math.max(inWidth, end) + padLeft, dy};
}
