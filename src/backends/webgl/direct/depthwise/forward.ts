/**
 * The definition, gathered for each texel of y:
 *
 *     y[n, oh, ow, c·M + m] = Σ_{i, j} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, m]
 *
 * x [N, H, W, C], filter [kh, kw, C, M] → y [N, OH, OW, C·M]. A fragment computes (ow, ow + 1) × (f, f + 1). The two channels f may belong
 * to two channels c, which may lie in different texels. Taps outside x are skipped. Source: https://arxiv.org/abs/1704.04861. Limits: sums
 * in float32, in the order i, j.
 */
export const forward = `
  void main() {
    ivec4 at = getOutputCoords(); // n, oh, ow, f
    int top = at.y * stride.x - pad.x;
    int left = at.z * stride.y - pad.y;
    ivec2 rows = stepsInside(top, dilation.x, FilterShape.x, xShape.y);
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
    }
    setOutputLanes(at, vec4(sums[0], sums[1]));
  }
`;
