import type {Kind} from '../../../geometry/conv2dInfo.js';

/**
 * A fragment computes four weights of one tap. It visits the output pixels whose tap lies inside x, and no others.
 * @param channels declares what belongs to the channels of the fragment
 * @param add adds the products of one output pixel to `sum`
 */
const eachPixel = (channels: string, add: string) => `
  void main() {
    ivec4 at = getOutputCoords(); // i, j, c, f or m
    int top = at.x * dilation.x - pad.x;
    int left = at.y * dilation.y - pad.y;
    ivec2 rows = stepsInside(top, stride.x, dyShape.y, xShape.y);
    ivec2 columns = stepsInside(left, stride.y, dyShape.z, xShape.z);
    ${channels}
    vec4 sum = vec4(0.);
    for (int n = 0; n < dyShape.x; n++) {
      for (int oh = rows.x; oh < rows.y; oh++) {
        int h = top + oh * stride.x;
        for (int ow = columns.x; ow < columns.y; ow++) {
          int w = left + ow * stride.y;
          vec2 pixel = lanes(getX(n, h, w, at.z), w);
          ${add}
        }
      }
    }
    setOutputLanes(at, sum);
  }
`;

/**
 * The gradient of the definition by the filter, gathered for each texel of dFilter:
 *
 *     dense      dFilter[i, j, c, f] = Σ_{n, oh, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, f]
 *     depthwise  dFilter[i, j, c, m] = Σ_{n, oh, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, c·M + m]
 *
 * - dense: x [N, H, W, C], dy [N, OH, OW, F] → dFilter [kh, kw, C, F]. A fragment adds outer products, (c, c + 1) × (f, f + 1).
 * - depthwise: dy [N, OH, OW, C·M] → dFilter [kh, kw, C, M]. A fragment computes (c, c + 1) × (m, m + 1). The channels of x share a texel; the
 *   four channels of dy do not.
 *
 * Sources: https://arxiv.org/abs/1603.07285, https://arxiv.org/abs/1704.04861. Limits: one fragment sums N·OH·OW terms in float32, in the
 * order n, oh, ow, so few channels leave the device idle.
 */
export const backpropFilter: Readonly<Record<Kind, string>> = {
  dense: eachPixel(
    '',
    `
          vec2 error = lanes(getDy(n, oh, ow, at.w), ow);
          sum += pixel.xxyy * error.xyxy;`,
  ),
  depthwise: eachPixel(
    `
    bool second = at.z + 1 < outShape.z, pair = at.w + 1 < outShape.w;
    int f = at.z * outShape.w + at.w;
    int g = f + outShape.w;`,
    `
          sum.x += pixel.x * element(getDy(n, oh, ow, f), ow, f);
          if (pair) sum.y += pixel.x * element(getDy(n, oh, ow, f + 1), ow, f + 1);
          if (second) sum.z += pixel.y * element(getDy(n, oh, ow, g), ow, g);
          if (second && pair) sum.w += pixel.y * element(getDy(n, oh, ow, g + 1), ow, g + 1);`,
  ),
};
