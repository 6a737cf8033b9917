/** Writes the GLSL for one row of taps, given the place in `source` of the first pixel's tap. */
export interface TapRow {
  /**
   * @param first the column of `source` that the first of four pixels reads at tap j
   * @param range the first tap j of the loop, and the one after the last
   * @param step the distance between two taps j
   */
  text(first: string, range: [string, string], step: string): string;
}

const pixels = [0, 1, 2, 3];

/** A loop that takes one tap after the other. */
const tapByTap = (inner: string): TapRow => ({
  text: (first, [begin, end], step) => `
      for (int j = ${begin}; j < ${end}; j += ${step}) {
        float x = (float(from.x + ${first} - margin) + .5) * sourceTexel.x;
        int tap = i * taps.y + j;
        ${inner}
      }`,
});

/** The products of one tap: each pixel's channel block, a0 to a3, times a row of `weights` for each of its channels. */
const products = (lanes: string[], channelBlocks: readonly string[]) =>
  pixels
    .map((t) => `sum${t} += ${lanes.map((lane, i) => `${channelBlocks[t]}.${lane} * w${i}`).join(' + ')};`)
    .join('\n          ');

const weightsAt = (lanes: string[]) =>
  lanes.map((_, lane) => `vec4 w${lane} = texture(weights, vec2(wx, wy + ${lane}. * weightTexel.y));`).join(' ');

const coordinates = `
          float y = (float(from.y + k) + .5) * sourceTexel.y;
          float wy = (float(4 * k) + .5) * weightTexel.y;`;

/** A loop over the channel blocks of `source`, or a plain block if there is only one. */
const eachChannelBlock = (single: boolean, body: string) =>
  single ? `{ const int k = 0;${body}\n        }` : `for (int k = 0; k < sourceShape.w; k++) {${body}\n        }`;

const lanesOf = (count: number) => 'xyzw'.slice(0, count).split('');

/**
 * Sums over the channel blocks of one pixel of `source`.
 * @param lanes the channels of `source` if they fit into one channel block, else 4
 */
export function dense(lanes: number, single: boolean): TapRow {
  const used = lanesOf(lanes);
  return tapByTap(`
        float wx = (float(tap * resultShape.w + channelBlock) + .5) * weightTexel.x;
        ${eachChannelBlock(
          single,
          `${coordinates}
          ${weightsAt(used)}
          ${pixels.map((t) => `vec4 a${t} = texture(source, vec2(x + ${t}. * dx, y));`).join(' ')}
          ${products(
            used,
            pixels.map((t) => `a${t}`),
          )}`,
        )}`);
}

/**
 * Takes a row of `count` taps at once, where the taps and the four pixels are adjacent. It reads each pixel once: count + 3 reads instead
 * of four for each tap.
 * @param flipped whether the last tap is the leftmost
 */
export function denseRow(lanes: number, single: boolean, count: number, flipped: boolean): TapRow {
  const used = lanesOf(lanes);
  const columns = Array.from({length: count + 3}, (_, column) => column);
  const taps = columns.slice(0, count);
  return {
    text: (first) => `
      float x = (float(from.x + ${first} - margin) + .5) * sourceTexel.x;
      ${eachChannelBlock(
        single,
        `${coordinates}
          ${columns.map((column) => `vec4 a${column} = texture(source, vec2(x + ${column}. * dx, y));`).join('\n          ')}
          ${taps
            .map(
              (at) => `{
          float wx = (float((i * taps.y + ${flipped ? count - 1 - at : at}) * resultShape.w + channelBlock) + .5) * weightTexel.x;
          ${weightsAt(used)}
          ${products(
            used,
            pixels.map((t) => `a${at + t}`),
          )}
          }`,
            )
            .join('\n          ')}`,
      )}`,
  };
}

/** The depthwise sum: one channel block of `source` times one of `weights`. */
export const depthwise: TapRow = tapByTap(`
        vec4 w = texture(weights, (vec2(tap, channelBlock) + .5) * weightTexel);
        float y = (float(from.y + channelBlock) + .5) * sourceTexel.y;
        ${pixels.map((t) => `sum${t} += texture(source, vec2(x + ${t}. * dx, y)) * w;`).join('\n        ')}`);

const begin = `
  void main() {
    ivec2 at = rowAt(ivec2(gl_FragCoord.xy), resultSlabs);
    int row = quotient(at.x, resultShape.w);
    int channelBlock = at.x - row * resultShape.w;
    int n = quotient(row, resultShape.y);
    row -= n * resultShape.y;
    if (n >= resultShape.x) return;
    vec2 sourceTexel = 1. / vec2(textureSize(source, 0)), weightTexel = 1. / vec2(textureSize(weights, 0));
    vec4 sum0 = vec4(0.), sum1 = vec4(0.), sum2 = vec4(0.), sum3 = vec4(0.);
`;

const end = `
    drawBuffer0 = sum0; drawBuffer1 = sum1; drawBuffer2 = sum2; drawBuffer3 = sum3;
  }
`;

/**
 * The forward pass in channel blocks, where source = x and weights hold channel blocks of f:
 *
 *     y[n, oh, ow, f] = Σ_{i, j, c} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, f]
 *
 * A fragment computes 4 pixels of a row × 4 f.
 */
export const forwardText = (row: TapRow, isWindow = false) => `${begin}
    int top = row * stride.x - pad.x;
    int left = 4 * at.y * stride.y - pad.y;
    float dx = float(stride.y) * sourceTexel.x;
    ivec2 rows = stepsInside(top, dilation.x, taps.x, sourceShape.y);
    // The right pixel enters x first and the left one leaves it last; beside x stand zeros.
    int enter = stepsInside(left + 3 * stride.y, dilation.y, taps.y, sourceShape.z).x;
    int leave = stepsInside(left, dilation.y, taps.y, sourceShape.z).y;
    for (int i = rows.x; i < rows.y; i++) {
      ivec2 from = beginOf((n * sourceShape.y + top + i * dilation.x) * sourceShape.w, sourceSlabs);
      ${row.text(isWindow ? 'left' : 'left + j * dilation.y', ['enter', 'leave'], '1')}
    }
${end}`;

/**
 * dX in channel blocks, where source = dy and weights hold channel blocks of c:
 *
 *     dx[n, h, w, c] = Σ_{i, j, f} dy[n, oh, ow, f] · filter[i, j, c, f]
 *                      where oh·sh = h + pt − i·dh and ow·sw = w + pl − j·dw
 *
 * A fragment computes 4 pixels of a row × 4 c. The pixels lie sw apart, so they meet the same taps, and read adjacent pixels of dy.
 */
export const backpropInputText = (row: TapRow, isWindow = false) => `${begin}
    int phase = quotient(at.y, groups);
    int bottom = row + pad.x;
    // The pixel at the right, whose place in dy is 3 on from that of the left one; what is negative has no remainder in GLSL.
    int right = phase + (4 * (at.y - phase * groups) + 3) * stride.y + pad.y;
    float dx = sourceTexel.x;
    ivec2 rows = tapsReaching(bottom, stride.x, dilation.x, tapStep.x, taps.x, sourceShape.y);
    ivec2 columns = tapsReaching(right, stride.y, dilation.y, tapStep.y, taps.y, sourceShape.z + 3);
    for (int i = rows.x; i < rows.y; i += tapStep.x) {
      ivec2 from = beginOf((n * sourceShape.y + quotient(bottom - i * dilation.x, stride.x)) * sourceShape.w, sourceSlabs);
      ${row.text(isWindow ? 'right - 2 - taps.y' : 'quotient(right - j * dilation.y, stride.y) - 3', ['columns.x', 'columns.y'], 'tapStep.y')}
    }
${end}`;
