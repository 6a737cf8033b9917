/**
 * The transpose of the definition, gathered for each texel of dx:
 *
 *     dx[n, h, w, c] = Σ_{i, j, m} dy[n, oh, ow, c·M + m] · filter[i, j, c, m]
 *                      where oh·sh = h + pt − i·dh and ow·sw = w + pl − j·dw
 *
 * dy [N, OH, OW, C·M], filter [kh, kw, C, M] → dx [N, H, W, C]. A fragment computes (w, w + 1) × (c, c + 1). Each of the four elements has
 * its own loop, because they share neither taps nor weights. Source: https://arxiv.org/abs/1704.04861. Limits: sums in float32, in the
 * order i, j, m.
 */
export const backpropInput = `
  void main() {
    ivec4 at = getOutputCoords(); // n, h, w, c
    int bottom = at.y + pad.x;
    ivec2 rows = tapsReaching(bottom, stride.x, dilation.x, tapStep.x, FilterShape.x, dyShape.y);
    vec2 sums[2] = vec2[2](vec2(0.), vec2(0.));
    for (int column = 0; column < 2; column++) {
      int right = at.z + column + pad.y;
      ivec2 columns = tapsReaching(right, stride.y, dilation.y, tapStep.y, FilterShape.y, dyShape.z);
      for (int lane = 0; lane < 2; lane++) {
        int c = at.w + lane;
        if (c >= outShape.w) continue;
        float sum = 0.;
        for (int i = rows.x; i < rows.y; i += tapStep.x) {
          int oh = (bottom - i * dilation.x) / stride.x;
          for (int j = columns.x; j < columns.y; j += tapStep.y) {
            int ow = (right - j * dilation.y) / stride.y;
            for (int m = 0; m < FilterShape.w; m++) {
              int f = c * FilterShape.w + m;
              sum += element(getDy(at.x, oh, ow, f), ow, f) * element(getFilter(i, j, c, m), c, m);
            }
          }
        }
        sums[column][lane] = sum;
      }
    }
    setOutputLanes(at, vec4(sums[0], sums[1]));
  }
`;
