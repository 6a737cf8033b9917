/** The innermost part of a gather: what a tap adds to the sums of four pixels. `first` is the texel of the first one in `source`. */
export type Inner = string;

const pixels = [0, 1, 2, 3];

/** Over the quads of one pixel of `source`, each by four rows of `weights`. @param lanes the channels of `source` where they are one quad, else 4 */
export function dense(lanes: number, single: boolean): Inner {
  const used = 'xyzw'.slice(0, lanes).split('');
  const fetch = used.map((_, lane) => `vec4 w${lane} = texture(weights, vec2(wx, wy + ${lane}. * weightTexel.y));`);
  const products = used.map((lane, i) => `a.${lane} * w${i}`).join(' + ');
  const body = `
        float y = (float(from.y + k) + .5) * sourceTexel.y;
        float wy = (float(4 * k) + .5) * weightTexel.y;
        ${fetch.join('\n        ')}
        vec4 a;
        ${pixels.map((t) => `a = texture(source, vec2(x + ${t}. * dx, y)); sum${t} += ${products};`).join('\n        ')}`;
  return `
      float wx = (float(tap * resultShape.w + quad) + .5) * weightTexel.x;
      ${single ? `const int k = 0;${body}` : `for (int k = 0; k < sourceShape.w; k++) {${body}\n      }`}`;
}

/** Where channels are kept apart: one quad of `source` by one quad of `weights`. */
export const depthwise: Inner = `
      vec4 w = texture(weights, (vec2(tap, quad) + .5) * weightTexel);
      float y = (float(from.y + quad) + .5) * sourceTexel.y;
      ${pixels.map((t) => `sum${t} += texture(source, vec2(x + ${t}. * dx, y)) * w;`).join('\n      ')}`;

const begin = `
  void main() {
    ivec2 at = rowAt(ivec2(gl_FragCoord.xy), resultBands);
    int row = over(at.x, resultShape.w);
    int quad = at.x - row * resultShape.w;
    int n = over(row, resultShape.y);
    row -= n * resultShape.y;
    if (n >= resultShape.x) return;
    vec2 sourceTexel = 1. / vec2(textureSize(source, 0)), weightTexel = 1. / vec2(textureSize(weights, 0));
    vec4 sum0 = vec4(0.), sum1 = vec4(0.), sum2 = vec4(0.), sum3 = vec4(0.);
`;

const end = `
    target0 = sum0; target1 = sum1; target2 = sum2; target3 = sum3;
  }
`;

/**
 * y[n, oh, ow, f] = Σ_{i, j, c} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, f], on quads: source = x, weights by quads of f.
 * A fragment computes 4 pixels of a row × 4 f.
 */
export const forwardText = (inner: Inner) => `${begin}
    int top = row * stride.x - pad.x;
    int left = 4 * at.y * stride.y - pad.y;
    float dx = float(stride.y) * sourceTexel.x;
    ivec2 rows = stepsInside(top, dilation.x, taps.x, sourceShape.y);
    // The right pixel enters x first and the left one leaves it last; beside x stand zeros.
    int enter = stepsInside(left + 3 * stride.y, dilation.y, taps.y, sourceShape.z).x;
    int leave = stepsInside(left, dilation.y, taps.y, sourceShape.z).y;
    for (int i = rows.x; i < rows.y; i++) {
      ivec2 from = beginOf((n * sourceShape.y + top + i * dilation.x) * sourceShape.w, sourceBands);
      for (int j = enter; j < leave; j++) {
        float x = (float(from.x + left + j * dilation.y - margin) + .5) * sourceTexel.x;
        int tap = i * taps.y + j;
        ${inner}
      }
    }
${end}`;

/**
 * dx[n, h, w, c] = Σ_{i, j, f} dy[n, oh, ow, f] · filter[i, j, c, f] where oh·sh = h + pt − i·dh and ow·sw = w + pl − j·dw, on quads: source = dy,
 * weights by quads of c. A fragment computes 4 pixels of a row × 4 c; the pixels lie sw apart, so they meet the same taps, and neighbours in dy.
 */
export const backpropInputText = (inner: Inner) => `${begin}
    int phase = over(at.y, groups);
    int bottom = row + pad.x;
    // The pixel at the right, whose place in dy is 3 on from that of the left one; what is negative has no remainder in GLSL.
    int right = phase + (4 * (at.y - phase * groups) + 3) * stride.y + pad.y;
    float dx = sourceTexel.x;
    ivec2 rows = tapsReaching(bottom, stride.x, dilation.x, tapStep.x, taps.x, sourceShape.y);
    ivec2 columns = tapsReaching(right, stride.y, dilation.y, tapStep.y, taps.y, sourceShape.z + 3);
    for (int i = rows.x; i < rows.y; i += tapStep.x) {
      ivec2 from = beginOf((n * sourceShape.y + (bottom - i * dilation.x) / stride.x) * sourceShape.w, sourceBands);
      for (int j = columns.x; j < columns.y; j += tapStep.y) {
        float x = (float(from.x + (right - j * dilation.y) / stride.y - 3 - margin) + .5) * sourceTexel.x;
        int tap = i * taps.y + j;
        ${inner}
      }
    }
${end}`;
