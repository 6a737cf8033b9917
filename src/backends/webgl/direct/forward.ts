/**
 * The definition, gathered for each texel of y:
 *
 *     y[n, oh, ow, f] = Σ_{i, j, c} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, f]
 *
 * x [N, H, W, C], filter [kh, kw, C, F] → y [N, OH, OW, F]. A fragment computes (ow, ow + 1) × (f, f + 1). Each texel of the filter, (c, c
 * + 1) × (f, f + 1), serves both columns. Taps outside x are skipped. Source: https://arxiv.org/abs/1603.07285. Limits: sums in float32, in
 * the order i, j, c.
 */
export const forward = `
  void main() {
    ivec4 at = getOutputCoords(); // n, oh, ow, f
    int top = at.y * stride.x - pad.x;
    int left = at.z * stride.y - pad.y;
    ivec2 rows = stepsInside(top, dilation.x, FilterShape.x, xShape.y);
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
    }
    setOutputLanes(at, sum);
  }
`;
