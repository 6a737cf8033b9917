import type {Kind} from '../../../geometry/conv2dInfo.js';

/**
 * A fragment computes (w, w + 1) × (c, c + 1). The two columns meet different taps, so each has its own loop.
 * @param sum computes `sums[column]` over the taps that reach the column
 */
const eachColumn = (sum: string) => `
  void main() {
    ivec4 at = getOutputCoords(); // n, h, w, c
    int bottom = at.y + pad.x;
    ivec2 rows = tapsReaching(bottom, stride.x, dilation.x, tapStep.x, FilterShape.x, dyShape.y);
    vec2 sums[2] = vec2[2](vec2(0.), vec2(0.));
    for (int column = 0; column < 2; column++) {
      int right = at.z + column + pad.y;
      ivec2 columns = tapsReaching(right, stride.y, dilation.y, tapStep.y, FilterShape.y, dyShape.z);
      ${sum}
    }
    setOutputLanes(at, vec4(sums[0], sums[1]));
  }
`;

/** Visits the taps (i, j) that reach the column, each with its pixel (oh, ow) of dy. */
const eachTap = (add: string) => `
      for (int i = rows.x; i < rows.y; i += tapStep.x) {
        int oh = (bottom - i * dilation.x) / stride.x;
        for (int j = columns.x; j < columns.y; j += tapStep.y) {
          int ow = (right - j * dilation.y) / stride.y;
          ${add}
        }
      }`;

/**
 * The transpose of the definition, gathered for each texel of dx:
 *
 *     dense      dx[n, h, w, c] = Σ_{i, j, f} dy[n, oh, ow, f] · filter[i, j, c, f]
 *     depthwise  dx[n, h, w, c] = Σ_{i, j, m} dy[n, oh, ow, c·M + m] · filter[i, j, c, m]
 *                where oh·sh = h + pt − i·dh and ow·sw = w + pl − j·dw
 *
 * dy [N, OH, OW, F], filter [kh, kw, C, F] or [kh, kw, C, M] → dx [N, H, W, C]. The taps i with a whole oh form one residue class modulo
 * tapStep = s / gcd(s, d). In a gap between windows there are none, and dx is 0. The shader searches for the first such tap and steps on by
 * tapStep. In a depthwise convolution each of the four elements has its own loop, because they share neither taps nor weights. Sources:
 * https://arxiv.org/abs/1603.07285, https://arxiv.org/abs/1704.04861. Limits: sums in float32, in the order i, j, f or m.
 */
export const backpropInput: Readonly<Record<Kind, string>> = {
  dense: eachColumn(`
      vec2 sum = vec2(0.);
      ${eachTap(`
          for (int f = 0; f < dyShape.w; f += 2) {
            vec2 pixel = lanes(getDy(at.x, oh, ow, f), ow);
            vec4 taps = getFilter(i, j, at.w, f);
            sum += pixel.x * taps.xz;
            if (f + 1 < dyShape.w) sum += pixel.y * taps.yw;
          }`)}
      sums[column] = sum;`),
  depthwise: eachColumn(`
      for (int lane = 0; lane < 2; lane++) {
        int c = at.w + lane;
        if (c >= outShape.w) continue;
        float sum = 0.;
        ${eachTap(`
          for (int m = 0; m < FilterShape.w; m++) {
            int f = c * FilterShape.w + m;
            sum += element(getDy(at.x, oh, ow, f), ow, f) * element(getFilter(i, j, c, m), c, m);
          }`)}
        sums[column][lane] = sum;
      }`),
};
