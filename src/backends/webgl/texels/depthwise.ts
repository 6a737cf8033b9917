import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Fusion} from '../../implementation.js';
import {epilogueText} from '../epilogue.js';
import {dividing, placing, shared} from '../shared.js';
import {numbers, pixelsText, readingText, texelsOver} from './row.js';

/**
 * A depthwise convolution of multiplier 1 in one shader, on texels as they lie:
 *
 *     y[n, oh, ow, c] = Σ_{i, j} x[n, oh·sh − pt + i·dh, ow·sw − pl + j, c] · filter[i, j, c]
 *
 * x [N, H, W, C], filter [kh, kw, C, 1] → y [N, OH, OW, C]. A fragment computes (ow, ow + 1) × (c, c + 1). A row of taps meets kw + sw pixels, each of
 * which it reads once. dX without stride along the width is the same of dy, from the last tap to the first.
 * Source: https://arxiv.org/abs/1704.04861. Limits: sums in float32, in the order i, j.
 * @param plain whether the textures of the image and of the filter are plain
 */
export function depthwiseText(
  {filterWidth: taps, strideWidth}: Conv2DInfo,
  isForward: boolean,
  plain: {source: boolean; filter: boolean},
  fusion?: Partial<Fusion>,
): string {
  const stride = isForward ? strideWidth : 1;
  const texels = numbers(texelsOver(taps + stride));
  const pixel = (k: number) =>
    plain.source
      ? `texture(source, vec2(place.x, place.y + ${k}. * texel.y))`
      : `texelAt(source, (line + first + ${k}) * pairs + pair)`;
  const weights = (j: number) =>
    plain.filter
      ? `texture(Filter, vec2(.5, (float(tap + ${j} * pairs) + .5) * weightTexel))`
      : `texelAt(Filter, tap + ${j} * pairs)`;
  const rows = isForward
    ? `int top = at.y * stride.x - pad.x;
    int left = at.z * ${stride} - pad.y;
    ivec2 rows = stepsInside(top, dilation.x, FilterShape.x, sourceShape.y);
    for (int i = rows.x; i < rows.y; i++) {
      int line = at.x * sourceShape.y + top + i * dilation.x;`
    : `int bottom = at.y + pad.x;
    int left = at.z + pad.y - ${taps - 1};
    ivec2 rows = tapsReaching(bottom, stride.x, dilation.x, tapStep.x, FilterShape.x, sourceShape.y);
    for (int i = rows.x; i < rows.y; i += tapStep.x) {
      int line = at.x * sourceShape.y + over(bottom - i * dilation.x, stride.x);`;
  return `${dividing}${shared}${placing}${readingText}
  void main() {
    ivec4 at = outputAt(); // n, h, w, c
    int pair = at.w >> 1, pairs = (outShape.w + 1) >> 1;
    vec2 texel = 1. / vec2(textureSize(source, 0));
    float weightTexel = 1. / float(textureSize(Filter, 0).y);
    vec4 value = vec4(0.);
    ${rows}
      int first = left >> 1;
      bool odd = (left & 1) == 1;
      line *= (sourceShape.z + 1) >> 1;
      vec2 place = (vec2(pair, line + first) + .5) * texel;
      int tap = i * ${taps} * pairs + pair;
      ${texels.map((k) => `vec4 t${k} = inside(${pixel(k)}, first + ${k}, sourceShape.z);`).join('\n      ')}
      ${pixelsText('t', 'p', taps + stride).join('\n      ')}
      ${numbers(taps)
        .map((j) => `value += vec4(p${j}, p${j + stride}) * ${weights(isForward ? j : taps - 1 - j)}.xzxz;`)
        .join('\n      ')}
    }
    ${epilogueText(fusion)}
    setOutputLanes(at, value);
  }
`;
}
