/** a / b of integers that are not negative, rounded down, whatever their size. */
export const exact = `
  int over(int a, int b) {
    return a / b;
  }
`;

/** Below it `over` by {@link dividing} is exact. */
export const mostDivided = 2 ** 22;

/** The same below {@link mostDivided}. Integers have no division on many a machine. */
export const dividing = `
  int over(int a, int b) {
    return int((float(a) + .5) / float(b));
  }
`;

/**
 * In tfjs's packed textures a texel of a tensor `[…, rows, columns]` holds 2 × 2 elements:
 * lanes `xy` are two columns of an even row, `zw` the same columns of the next row. Rows are W (C of a filter), columns are
 * channels. Where a size is odd, the lanes past it hold anything, NaN too, so a shader skips them: 0 · NaN would be NaN.
 */
const reading = `
  // The two columns of one row.
  vec2 lanes(vec4 texel, int row) {
    return (row & 1) == 0 ? texel.xy : texel.zw;
  }

  // One element of the texel that holds it.
  float element(vec4 texel, int row, int column) {
    vec2 pair = lanes(texel, row);
    return (column & 1) == 0 ? pair.x : pair.y;
  }
`;

/** Which taps of a filter meet the image, and which outputs a tap belongs to; divides by `over`, see {@link exact} and {@link dividing}. */
export const stepping = `
  // The steps t in [0, count) with 0 <= start + t * step < size, as [x, y).
  ivec2 stepsInside(int start, int step, int count, int size) {
    int begin = over(max(0, step - 1 - start), step);
    int end = over(max(0, size - start + step - 1), step);
    return ivec2(begin, min(count, end));
  }

  bool divides(int a, int b) {
    return over(b, a) * a == b;
  }

  // The taps t = x, x + tapStep, ... < y through which an output in [0, size) reads the input at reach - pad. That
  // output is (reach - t * dilation) / stride.
  ivec2 tapsReaching(int reach, int stride, int dilation, int tapStep, int count, int size) {
    int begin = over(max(0, reach - (size - 1) * stride + dilation - 1), dilation);
    int end = min(count, over(reach, dilation) + 1);
    int searched = min(end, begin + tapStep);
    while (begin < searched && !divides(stride, reach - begin * dilation)) begin++;
    return begin < searched ? ivec2(begin, end) : ivec2(0);
  }
`;

/** Where a fragment of tfjs's writes, without the divisions of its own `getOutputCoords`; after {@link dividing}. */
export const placing = `
  // Two pixels and two channels of [N, H, W, C] from here on; N * H is below 2^22.
  ivec4 outputAt() {
    ivec2 texel = ivec2(gl_FragCoord.xy);
    int pairs = (outShape.w + 1) >> 1, height = (outShape.z + 1) >> 1, across = (outTexShape.y + 1) >> 1;
    int line = over(texel.y, height);
    int w = texel.y - line * height;
    // Where the texture was made square. A loop is left out where an if is not: many a machine computes both of its sides.
    while (across != pairs) {
      int index = texel.y * across + texel.x;
      int row = index / pairs;
      texel.x = index - row * pairs;
      line = row / height;
      w = row - line * height;
      across = pairs;
    }
    int n = over(line, outShape.y);
    return ivec4(n, line - n * outShape.y, 2 * w, 2 * texel.x);
  }
`;

/** The texture of a tensor that is packed, read by its texels. */
export const finding = `
  // A texel in a texture of that size, by its place where a row of them is \`pairs\` long; see outputAt for the loop.
  vec2 texelIn(ivec2 size, ivec2 texel, int pairs) {
    while (size.x != pairs) {
      int index = texel.y * pairs + texel.x;
      texel.y = index / size.x;
      texel.x = index - texel.y * size.x;
      pairs = size.x;
    }
    return (vec2(texel) + .5) / vec2(size);
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
