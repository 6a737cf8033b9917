/** `quotient(a, b)`: a / b of non-negative integers of any size, rounded down. */
export const integerDivision = `
  int quotient(int a, int b) {
    return a / b;
  }
`;

/** `quotient` of {@link floatDivision} is exact below this dividend. */
export const maxDividend = 2 ** 22;

/** `quotient(a, b)` below {@link maxDividend}, by a division of floats. Many GPUs have no integer division. */
export const floatDivision = `
  int quotient(int a, int b) {
    return int((float(a) + .5) / float(b));
  }
`;

/**
 * In tfjs's packed textures a texel of a tensor `[…, rows, columns]` holds 2 × 2 elements: lanes `xy` are two columns of an even row, and
 * `zw` are the same columns of the next row. Rows are W (C of a filter), columns are channels. If a size is odd, the lanes past it hold any
 * value, even NaN. Shaders skip those lanes, because 0 · NaN would be NaN.
 */
const laneReads = `
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

/**
 * The taps of a filter that meet the image, and the outputs that a tap belongs to. Needs {@link integerDivision} or {@link floatDivision}.
 */
export const tapRanges = `
  // The steps t in [0, count) with 0 <= start + t * step < size, as [x, y).
  ivec2 stepsInside(int start, int step, int count, int size) {
    int begin = quotient(max(0, step - 1 - start), step);
    int end = quotient(max(0, size - start + step - 1), step);
    return ivec2(begin, min(count, end));
  }

  bool divides(int a, int b) {
    return quotient(b, a) * a == b;
  }

  // The taps t = x, x + tapStep, ... < y through which an output in [0, size) reads the input at reach - pad. That
  // output is (reach - t * dilation) / stride.
  ivec2 tapsReaching(int reach, int stride, int dilation, int tapStep, int count, int size) {
    int begin = quotient(max(0, reach - (size - 1) * stride + dilation - 1), dilation);
    int end = min(count, quotient(reach, dilation) + 1);
    int searched = min(end, begin + tapStep);
    while (begin < searched && !divides(stride, reach - begin * dilation)) begin++;
    return begin < searched ? ivec2(begin, end) : ivec2(0);
  }
`;

/** The place that a fragment of tfjs's writes to, without the divisions of its own `getOutputCoords`. Needs {@link floatDivision}. */
export const outputCoordinates = `
  // Two pixels and two channels of [N, H, W, C] from here on; N * H is below 2^22.
  ivec4 outputAt() {
    ivec2 texel = ivec2(gl_FragCoord.xy);
    int pairs = (outShape.w + 1) >> 1, height = (outShape.z + 1) >> 1, across = (outTexShape.y + 1) >> 1;
    int line = quotient(texel.y, height);
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
    int n = quotient(line, outShape.y);
    return ivec4(n, line - n * outShape.y, 2 * w, 2 * texel.x);
  }
`;

/** Reads the texture of a packed tensor by its texels. */
export const texelLookup = `
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

const laneWrites = `
  // Padding lanes are written as 0, because tfjs's packed matMul multiplies them.
  void setOutputLanes(ivec4 at, vec4 value) {
    bool lastRow = at.z + 1 == outShape.z, lastColumn = at.w + 1 == outShape.w;
    setOutput(vec4(value.x, lastColumn ? 0. : value.y, lastRow ? 0. : value.z, lastRow || lastColumn ? 0. : value.w));
  }
`;

/** GLSL that all shaders run by tfjs share. */
export const commonGlsl = laneReads + tapRanges + laneWrites;
