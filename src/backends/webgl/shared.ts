/**
 * In tfjs's packed textures a texel of a tensor `[…, rows, columns]` holds 2 × 2 elements:
 * lanes `xy` are two columns of an even row, `zw` the same columns of the next row. Rows are W (C of a filter), columns are
 * channels. Where a size is odd, the lanes past it hold anything, NaN too, so a shader skips them: 0 · NaN would be NaN.
 */
const reading = `
  // The two columns of one row.
  vec2 lanes(vec4 texel, int row) {
    return row % 2 == 0 ? texel.xy : texel.zw;
  }

  // One element of the texel that holds it.
  float element(vec4 texel, int row, int column) {
    vec2 pair = lanes(texel, row);
    return column % 2 == 0 ? pair.x : pair.y;
  }
`;

/** Which taps of a filter meet the image, and which outputs a tap belongs to. */
export const stepping = `
  // The steps t in [0, count) with 0 <= start + t * step < size, as [x, y).
  ivec2 stepsInside(int start, int step, int count, int size) {
    int begin = max(0, step - 1 - start) / step;
    int end = max(0, size - start + step - 1) / step;
    return ivec2(begin, min(count, end));
  }

  // The taps t = x, x + tapStep, ... < y through which an output in [0, size) reads the input at reach - pad. That
  // output is (reach - t * dilation) / stride.
  ivec2 tapsReaching(int reach, int stride, int dilation, int tapStep, int count, int size) {
    int begin = max(0, reach - (size - 1) * stride + dilation - 1) / dilation;
    int end = min(count, reach / dilation + 1);
    int searched = min(end, begin + tapStep);
    while (begin < searched && (reach - begin * dilation) % stride != 0) begin++;
    return begin < searched ? ivec2(begin, end) : ivec2(0);
  }
`;

const writing = `
  // Padding lanes are written as 0, because tfjs's packed matMul multiplies them.
  void setOutputLanes(ivec4 at, vec4 value) {
    bool lastRow = at.z + 1 == outShape.z, lastColumn = at.w + 1 == outShape.w;
    setOutput(vec4(value.x, lastColumn ? 0. : value.y, lastRow ? 0. : value.z, lastRow || lastColumn ? 0. : value.w));
  }
`;

/** What the shaders that tfjs runs share. */
export const shared = reading + stepping + writing;
