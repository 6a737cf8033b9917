/**
 * The gradient of the definition by the filter, gathered for each texel of dFilter:
 *
 *     dFilter[i, j, c, f] = Σ_{n, oh, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, f]
 *
 * x [N, H, W, C], dy [N, OH, OW, F] → dFilter [kh, kw, C, F]. A fragment computes (c, c + 1) × (f, f + 1) at one tap. It adds an outer
 * product for each output pixel whose tap lies inside x, and visits no other pixels. Source: https://arxiv.org/abs/1603.07285. Limits: one
 * fragment sums N·OH·OW terms in float32, in the order n, oh, ow, so few channels leave the device idle.
 */
export const backpropFilter = `
  void main() {
    ivec4 at = getOutputCoords(); // i, j, c, f
    int top = at.x * dilation.x - pad.x;
    int left = at.y * dilation.y - pad.y;
    ivec2 rows = stepsInside(top, stride.x, dyShape.y, xShape.y);
    ivec2 columns = stepsInside(left, stride.y, dyShape.z, xShape.z);
    vec4 sum = vec4(0.);
    for (int n = 0; n < dyShape.x; n++) {
      for (int oh = rows.x; oh < rows.y; oh++) {
        int h = top + oh * stride.x;
        for (int ow = columns.x; ow < columns.y; ow++) {
          int w = left + ow * stride.y;
          vec2 pixel = lanes(getX(n, h, w, at.z), w);
          vec2 error = lanes(getDy(n, oh, ow, at.w), ow);
          sum += pixel.xxyy * error.xyxy;
        }
      }
    }
    setOutputLanes(at, sum);
  }
`;
