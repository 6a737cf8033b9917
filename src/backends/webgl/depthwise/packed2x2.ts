import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {TensorEpilogue} from '../../implementation.js';
import {indices} from '../draw/fragmentTile.js';
import {commonGlsl, floatDivision, outputCoordinates} from '../draw/glsl.js';
import {epilogueText} from '../epilogue.js';
import {pixelsText, readingText, texelsOver} from '../layouts/packed2x2/pixelRow.js';
import {texelAtText} from '../texture/packedTexture.js';

/**
 * How a row of taps is computed, in GLSL: `left` is the column of its first source pixel, `count` the number of its pixels, and `products`
 * adds to the sums.
 */
interface RowText {
  left: string;
  count: number;
  products: string[];
}

const weights = (j: number | string) => `weightsOf(tap, ${j}, pairs, weightTexel)`;

const forwardRow = (taps: number, stride: number): RowText => ({
  left: `at.z * ${stride} - pad.y`,
  count: taps + stride,
  products: indices(taps).map((j) => `value += vec4(p${j}, p${j + stride}) * ${weights(j)}.xyxy;`),
});

/** dX at stride 1: the taps of `forwardRow` from last to first. */
const flippedRow = (taps: number): RowText => ({
  left: `at.z + pad.y - ${taps - 1}`,
  count: taps + 1,
  products: indices(taps).map((j) => `value += vec4(p${j}, p${j + 1}) * ${weights(taps - 1 - j)}.xyxy;`),
});

/**
 * dX at stride 2. Of the two pixels of a texel one meets the even taps and the other the odd ones; `phase` is the first tap of the left
 * pixel. The m-th tap of the left pixel is phase + 2m, and reads source pixel ⌈kw/2⌉ − 1 − m. The m-th tap of the right pixel is 1 − phase
 * + 2m. It reads the same source pixel if phase is 0, and the next one if phase is 1.
 */
function strideTwoRow(taps: number): RowText {
  const half = Math.ceil(taps / 2);
  // A tap past the last one is left out and not multiplied by zero, since the pixel that it would read may be infinite.
  const product = (pixel: string, j: string, m: number) =>
    2 * m + 1 < taps ? `${pixel} * ${weights(j)}` : `(${j} < ${taps} ? ${pixel} * ${weights(j)} : vec2(0.))`;
  return {
    left: `((at.z + pad.y) >> 1) - ${half - 1}`,
    count: half + 1,
    products: [
      'int phase = pad.y & 1;',
      ...indices(half).map((m) => {
        const [first, next] = [`p${half - 1 - m}`, `p${half - m}`];
        const right = product(`(phase == 1 ? ${next} : ${first})`, `1 - phase + ${2 * m}`, m);
        return `value += vec4(${product(first, `phase + ${2 * m}`, m)}, ${right});`;
      }),
    ],
  };
}

/**
 * A depthwise convolution of multiplier 1 in one shader, on texels as they lie:
 *
 *     y[n, oh, ow, c] = Σ_{i, j} x[n, oh·sh − pt + i·dh, ow·sw − pl + j, c] · filter[i, j, c]
 *
 * x [N, H, W, C], filter [kh, kw, C, 1] → y [N, OH, OW, C]. A fragment computes (ow, ow + 1) × (c, c + 1). A row of taps meets kw + sw
 * pixels, and the fragment reads each of them once. For dX, the pixels are those of dy: see {@link flippedRow} and {@link strideTwoRow}.
 * Source: https://arxiv.org/abs/1704.04861. Limits: sums in float32, in the order i, j.
 * @param rowAligned whether the textures of the image and of the filter are row-aligned
 */
export function depthwiseText(
  {filterWidth: taps, strideWidth}: Conv2DInfo,
  isForward: boolean,
  rowAligned: {source: boolean; filter: boolean},
  epilogue?: Partial<TensorEpilogue>,
): string {
  const {left, count, products} = isForward
    ? forwardRow(taps, strideWidth)
    : strideWidth === 1
      ? flippedRow(taps)
      : strideTwoRow(taps);
  const pixel = (k: number) =>
    rowAligned.source
      ? `texture(source, vec2(place.x, place.y + ${k}. * texel.y))`
      : `texelAt(source, (line + first + ${k}) * pairs + pair)`;
  const weight = rowAligned.filter
    ? 'texture(Filter, vec2(.5, (float(tap + j * pairs) + .5) * weightTexel))'
    : 'texelAt(Filter, tap + j * pairs)';
  const rows = isForward
    ? `int top = at.y * stride.x - pad.x;
    ivec2 rows = stepsInside(top, dilation.x, FilterShape.x, sourceShape.y);
    for (int i = rows.x; i < rows.y; i++) {
      int line = at.x * sourceShape.y + top + i * dilation.x;`
    : `int bottom = at.y + pad.x;
    ivec2 rows = tapsReaching(bottom, stride.x, dilation.x, tapStep.x, FilterShape.x, sourceShape.y);
    for (int i = rows.x; i < rows.y; i += tapStep.x) {
      int line = at.x * sourceShape.y + quotient(bottom - i * dilation.x, stride.x);`;
  return `${floatDivision}${commonGlsl}${outputCoordinates}${texelAtText}${readingText}
  // Of two channels, at a tap of the row that begins at \`tap\`.
  vec2 weightsOf(int tap, int j, int pairs, float weightTexel) {
    return ${weight}.xz;
  }

  void main() {
    ivec4 at = outputAt(); // n, h, w, c
    int pair = at.w >> 1, pairs = (outShape.w + 1) >> 1;
    vec2 texel = 1. / vec2(textureSize(source, 0));
    float weightTexel = 1. / float(textureSize(Filter, 0).y);
    vec4 value = vec4(0.);
    int left = ${left};
    ${rows}
      int first = left >> 1;
      bool odd = (left & 1) == 1;
      line *= (sourceShape.z + 1) >> 1;
      vec2 place = (vec2(pair, line + first) + .5) * texel;
      int tap = i * ${taps} * pairs + pair;
      ${indices(texelsOver(count))
        .map((k) => `vec4 t${k} = inside(${pixel(k)}, first + ${k}, sourceShape.z);`)
        .join('\n      ')}
      ${pixelsText('t', 'p', count).join('\n      ')}
      ${products.join('\n      ')}
    }
    ${epilogueText(epilogue)}
    setOutputLanes(at, value);
  }
`;
}
