const pixel = (ow: string) =>
  `a = texture(x, vec2(beginX.x + ${ow} * step, beginX.y)); b = texture(dy, vec2(beginDy.x + ${ow} * dyTexel.x, beginDy.y));`;

/**
 * dFilter in channel blocks, cut into slices of the rows (n, oh):
 *
 *     dFilter[i, j, c, f] = Σ_{n, oh, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, f]
 *
 * It lies in row ((slice·kh·kw + tap)·⌈C/4⌉ + q), texel ⌊f/4⌋ of the draw buffers. A fragment computes 4 c × 4 f at one tap, with one c in
 * each draw buffer. The slices are summed afterwards in their order, so the bits are the same every time, for any number of fragments.
 */
const filterGradientText = (column: string, sum: string) => `
  void main() {
    ivec2 at = rowAt(ivec2(gl_FragCoord.xy), resultSlabs);
    int tap = quotient(at.x, resultShape.w);
    int channelBlock = at.x - tap * resultShape.w;
    int slice = quotient(tap, taps.x * taps.y);
    tap -= slice * taps.x * taps.y;
    if (slice >= resultShape.x) return;
    int i = quotient(tap, taps.y);
    int top = i * dilation.x - pad.x;
    int left = (tap - i * taps.y) * dilation.y - pad.y;
    vec2 xTexel = 1. / vec2(textureSize(x, 0)), dyTexel = 1. / vec2(textureSize(dy, 0));
    ivec2 columns = stepsInside(left, stride.y, dyShape.z, xShape.z);
    float step = float(stride.y) * xTexel.x;
    vec4 sum0 = vec4(0.), sum1 = vec4(0.), sum2 = vec4(0.), sum3 = vec4(0.);
    int last = min((slice + 1) * sliceRows, dyShape.x * dyShape.y);
    for (int p = slice * sliceRows; p < last; p++) {
      int n = quotient(p, dyShape.y);
      int h = top + (p - n * dyShape.y) * stride.x;
      if (h < 0 || h >= xShape.y) continue;
      ivec2 fromX = beginOf((n * xShape.y + h) * xShape.w, xSlabs) + ivec2(left, channelBlock);
      ivec2 fromDy = beginOf(p * dyShape.w, dySlabs) + ivec2(0, ${column});
      vec2 beginX = (vec2(fromX) + .5) * xTexel, beginDy = (vec2(fromDy) + .5) * dyTexel;
      vec4 a, b;
      int ow = columns.x;
      for (; ow + 3 < columns.y; ow += 4) {
        ${[0, 1, 2, 3].map((t) => `${pixel(`float(ow + ${t})`)} ${sum}`).join('\n        ')}
      }
      for (; ow < columns.y; ow++) {
        ${pixel('float(ow)')} ${sum}
      }
    }
    drawBuffer0 = sum0; drawBuffer1 = sum1; drawBuffer2 = sum2; drawBuffer3 = sum3;
  }
`;

export const denseFilterGradient = filterGradientText(
  'at.y',
  'sum0 += a.x * b; sum1 += a.y * b; sum2 += a.z * b; sum3 += a.w * b;',
);

/** The depthwise gradient: a fragment computes four channels at one tap. */
export const depthwiseFilterGradient = filterGradientText('channelBlock', 'sum0 += a * b;');

/**
 * Cuts the rows of dy into at most `most` slices of equal size; the last may be shorter. Each slice is written, and read again for the sum.
 * @param perSlice fragments of one slice
 * @param fragments that keep the device busy
 * @returns the number of slices, and the rows in each
 */
export function slicesOf(
  rows: number,
  perSlice: number,
  fragments: number,
  most = Number.POSITIVE_INFINITY,
): {slices: number; sliceRows: number} {
  const wanted = Math.max(1, Math.min(rows, most, Math.round(fragments / perSlice)));
  const sliceRows = Math.ceil(rows / wanted);
  return {slices: Math.ceil(rows / sliceRows), sliceRows};
}
