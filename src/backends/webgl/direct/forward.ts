import type {Kind} from '../../../geometry/conv2dInfo.js';

/**
 * A fragment computes (ow, ow + 1) × (f, f + 1).
 * @param sum adds the products over the taps in `rows`, from the column `left` on
 * @param result the four sums
 */
const eachTexel = (sum: string, result: string) => `
  void main() {
    ivec4 at = getOutputCoords(); // n, oh, ow, f
    int top = at.y * stride.x - pad.x;
    int left = at.z * stride.y - pad.y;
    ivec2 rows = stepsInside(top, dilation.x, FilterShape.x, xShape.y);
    ${sum}
    setOutputLanes(at, ${result});
  }
`;

/**
 * The definition, gathered for each texel of y. Taps outside x are skipped:
 *
 *     dense      y[n, oh, ow, f] = Σ_{i, j, c} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, f]
 *     depthwise  y[n, oh, ow, c·M + m] = Σ_{i, j} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, m]
 *
 * - dense: x [N, H, W, C], filter [kh, kw, C, F] → y [N, OH, OW, F]. Each texel of the filter, (c, c + 1) × (f, f + 1), serves both columns.
 * - depthwise: filter [kh, kw, C, M] → y [N, OH, OW, C·M]. The two channels f may belong to two channels c, which may lie in different texels.
 *
 * Sources: https://arxiv.org/abs/1603.07285, https://arxiv.org/abs/1704.04861. Limits: sums in float32, in the order i, j, c.
 */
export const forward: Readonly<Record<Kind, string>> = {
  dense: eachTexel(
    `
    // The right column enters x first and the left one leaves it last.
    int begin = stepsInside(left + stride.y, dilation.y, FilterShape.y, xShape.z).x;
    int end = stepsInside(left, dilation.y, FilterShape.y, xShape.z).y;
    vec4 sum = vec4(0.);
    for (int i = rows.x; i < rows.y; i++) {
      int h = top + i * dilation.x;
      for (int j = begin; j < end; j++) {
        int w0 = left + j * dilation.y;
        int w1 = w0 + stride.y;
        bool inside0 = w0 >= 0 && w0 < xShape.z;
        bool inside1 = w1 >= 0 && w1 < xShape.z;
        for (int c = 0; c < xShape.w; c += 2) {
          bool pair = c + 1 < xShape.w;
          vec4 taps = getFilter(i, j, c, at.w);
          if (inside0) {
            vec2 pixel = lanes(getX(at.x, h, w0, c), w0);
            sum.xy += pixel.x * taps.xy;
            if (pair) sum.xy += pixel.y * taps.zw;
          }
          if (inside1) {
            vec2 pixel = lanes(getX(at.x, h, w1, c), w1);
            sum.zw += pixel.x * taps.xy;
            if (pair) sum.zw += pixel.y * taps.zw;
          }
        }
      }
    }`,
    'sum',
  ),
  depthwise: eachTexel(
    `
    vec2 sums[2] = vec2[2](vec2(0.), vec2(0.));
    for (int column = 0; column < 2; column++) {
      int start = left + column * stride.y;
      ivec2 columns = stepsInside(start, dilation.y, FilterShape.y, xShape.z);
      for (int lane = 0; lane < 2; lane++) {
        if (at.w + lane >= outShape.w) continue;
        int c = (at.w + lane) / FilterShape.w;
        int m = (at.w + lane) % FilterShape.w;
        float sum = 0.;
        for (int i = rows.x; i < rows.y; i++) {
          int h = top + i * dilation.x;
          for (int j = columns.x; j < columns.y; j++) {
            int w = start + j * dilation.y;
            sum += element(getX(at.x, h, w, c), w, c) * element(getFilter(i, j, c, m), c, m);
          }
        }
        sums[column][lane] = sum;
      }
    }`,
    'vec4(sums[0], sums[1])',
  ),
};
