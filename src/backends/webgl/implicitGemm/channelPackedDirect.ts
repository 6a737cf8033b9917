import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import {passTensors, shapeOf} from '../../../geometry/pass.js';
import type {TensorEpilogue} from '../../implementation.js';
import {type FragmentTile, indices} from '../draw/fragmentTile.js';
import {floatDivision} from '../draw/glsl.js';
import {resultText, tilingText} from '../draw/tiling.js';
import {slabsText} from '../layouts/channelPacked/slabs.js';
import {fillingOf, hasOneChannel, pixelStep, pixelsOf, tapsAtOnce} from '../layouts/channelPackedDirect/layout.js';
import {texelAtText} from '../texture/packedTexture.js';

/** The lanes of a channel block. */
const lanes = ['x', 'y', 'z', 'w'];

/**
 * A dense convolution of channel blocks of the source by the filter as it lies:
 *
 *     y[n, oh, ow, f] = Σ_{i, j, c} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, f]
 *     dx[n, h, w, c] = Σ_{i, j, f} dy[n, h + pt − i·dh, w + pl − j·dw, f] · filter[i, j, c, f], at stride 1
 *
 * A fragment computes tile.rows × tile.columns texels of the result, one in each of as many rectangles (see `Tiling`). A texel holds two
 * pixels × two channels. Rows above or below an image are read from the row of zeros that follows the last image. Limits: sums in float32,
 * in the order i, j, channels of the source. If a row of taps is taken at once, in the order i, channels by four, j.
 * @param rowAligned whether the texture of the filter is row-aligned
 */
export function convolutionText(
  info: Conv2DInfo,
  pass: Pass,
  tile: FragmentTile,
  rowAligned: boolean,
  epilogue?: TensorEpilogue,
): string {
  const isForward = pass === 'forward';
  const filling = fillingOf(info, pass);
  const ofOne = hasOneChannel(info, pass);
  const used = filling === 'few' ? shapeOf(info, passTensors[pass].inputs[0])[3] : 4;
  const [[tapsDown, taps], pixels] = [tapsAtOnce(info, pass), pixelsOf(info, pass)];
  const second = taps === 1 ? 1 : pixelStep(info, pass)[1];
  const [rows, columns] = [indices(tile.rows), indices(tile.columns)];
  const part = lanes.slice(0, used).join('');
  const halves = indices(Math.ceil(used / 2));
  const across = taps === 1 ? 'step.y' : '1';

  const weight = (q: number, tap: number, m: number) => {
    if (rowAligned) {
      return isForward
        ? `texture(weights, vec2(wx + ${q}. * beyond, wy + ${tap}. * tapRows + ${m}. * weightTexel.y))`
        : `texture(weights, vec2(wx + ${m}. * weightTexel.x, wy + ${tap}. * tapRows + ${q}. * beyond))`;
    }
    const [channel, term] = [`(channel + ${q} * tiling.y)`, `(2 * k + ${m})`];
    return isForward
      ? `texelAt(weights, ((tap + ${tap}) * pairs + ${term}) * resultShape.w + ${channel})`
      : `texelAt(weights, ((tap + ${tap}) * resultShape.w + ${channel}) * pairs + ${term})`;
  };
  // The lanes of a filter texel that belong to its first channel of the source, and to its second. It holds two by two of the result.
  const halvesOf = isForward ? ['xy', 'zw'] : ['xz', 'yw'];
  // The lanes of a filter texel that are channels of the source. Selected, since each condition would double what SwiftShader compiles.
  const insideText = (m: number) => {
    const [one, two] = [`rest > ${2 * m}`, `rest > ${2 * m + 1}`];
    return `bvec4 inside${m} = bvec4(${(isForward ? [one, one, two, two] : [one, two, one, two]).join(', ')});`;
  };
  const weightText = (q: number, j: number, m: number) => {
    const [name, text] = [`b${j}_${q}_${m}`, weight(q, isForward ? j : taps - 1 - j, m)];
    // Past the last channel lie weights of other taps, or undefined values.
    return `vec4 ${name} = ${filling === 'rest' ? `mix(vec4(0.), ${text}, inside${m})` : text};`;
  };
  // The weights of a result with one channel, for up to four channels of the source.
  const onesText = (j: number) => {
    const ones = lanes.map((_, l) => (l < used ? `b${j}_0_${l >> 1}.${halvesOf[l % 2]![0]}` : '0.'));
    return `vec4 w${j} = vec4(${ones.join(', ')});`;
  };
  const dots = (p: number, j: number) =>
    used === 1
      ? `sum${p} += vec2(a${p}_${j}.x, a${p}_${j + second}.x) * w${j}.x;`
      : `sum${p} += vec2(dot(a${p}_${j}.${part}, w${j}.${part}), dot(a${p}_${j + second}.${part}, w${j}.${part}));`;
  // If a tile has two columns, a sum holds four channels of one pixel, so its products need not be put together from pairs.
  const isDouble = (q: number) => (q | 1) < tile.columns;
  const fourText = (q: number, j: number) =>
    isDouble(q) && q % 2 === 0
      ? lanes.slice(0, used).map((_, l) => {
          const [m, half] = [l >> 1, halvesOf[l % 2]];
          return `vec4 w${j}_${q}_${l} = vec4(b${j}_${q}_${m}.${half}, b${j}_${q + 1}_${m}.${half});`;
        })
      : [];
  const sumText = (p: number, q: number, j: number) => {
    const products = lanes.slice(0, used).map((lane, l) => {
      if (isDouble(q)) return `a${p}_${q % 2 === 0 ? j : j + second}.${lane} * w${j}_${q - (q % 2)}_${l}`;
      const half = halvesOf[l % 2]!;
      return `vec4(a${p}_${j}.${lane}${lane}, a${p}_${j + second}.${lane}${lane}) * b${j}_${q}_${l >> 1}.${half}${half}`;
    });
    return `sum${p * tile.columns + q} += ${products.join(' + ')};`;
  };
  const sumOf = (p: number, q: number) => {
    if (ofOne) return `vec4(sum${p}.x, 0., sum${p}.y, 0.)`;
    const [t, half] = [p * tile.columns + q - (q % 2), q % 2 === 0 ? 'xy' : 'zw'];
    return isDouble(q) ? `vec4(sum${t}.${half}, sum${t + 1}.${half})` : `sum${t}`;
  };
  const [wx, wy] = isForward
    ? ['float(channel)', 'float(tap * pairs + 2 * k)']
    : ['float(2 * k)', 'float(tap * resultShape.w + channel)'];
  const body = [
    ...(filling === 'rest' ? ['int rest = terms - 4 * k;', ...halves.map(insideText)] : []),
    ...rows.flatMap((p) =>
      indices(pixels).map(
        (c) =>
          `vec4 a${p}_${c} = texture(source, vec2(x${p} + float(${c} * ${across}) * texel.x, from${p}.y + float(k) * texel.y));`,
      ),
    ),
    `float wx = (${wx} + .5) * weightTexel.x, wy = (${wy} + .5) * weightTexel.y;`,
    ...indices(taps).flatMap((j) => [
      ...columns.flatMap((q) => halves.map((m) => weightText(q, j, m))),
      ...(ofOne
        ? [onesText(j), ...rows.map((p) => dots(p, j))]
        : [...columns.flatMap((q) => fourText(q, j)), ...rows.flatMap((p) => columns.map((q) => sumText(p, q, j)))]),
    ]),
  ].join('\n          ');
  const tapRow = `
      ${rows
        .map((p) =>
          isForward
            ? `vec2 from${p} = windowAt(at${p}, at${p}.y * step.x - pad.x + i * dilation.x, at${p}.z * step.y - pad.y) * texel;`
            : `vec2 from${p} = windowAt(at${p}, at${p}.y + pad.x - i * dilation.x, at${p}.z + pad.y - (taps.y - 1) * dilation.y) * texel;`,
        )
        .join('\n      ')}
      ${taps > 1 ? '{ const int j = 0;' : 'for (int j = 0; j < taps.y; j++) {'}
        int tap = i * taps.y + ${isForward || taps > 1 ? 'j' : 'taps.y - 1 - j'};
        ${rows.map((p) => `float x${p} = from${p}.x + float(j * dilation.y) * texel.x;`).join(' ')}
        ${filling === 'few' ? '{ const int k = 0;' : 'for (int k = 0; k < sourceShape.w; k++) {'}
          ${body}
        }
      }`;
  return `${floatDivision}${tilingText}${slabsText}${texelAtText}${resultText(epilogue)}
  // Where in the source the taps of a pixel begin, in one row of them.
  vec2 windowAt(ivec4 at, int line, int column) {
    bool inside = at.x < sourceShape.x && uint(line) < uint(sourceShape.y);
    int row = inside ? at.x * sourceShape.y + line : sourceShape.x * sourceShape.y;
    return vec2(beginOf(row * sourceShape.w, sourceSlabs) + ivec2(column - margin, 0)) + .5;
  }

  void main() {
    ivec2 first = firstAt();
    int row = first.x, channel = first.y, below = rowsBelow();
    int pairs = (terms + 1) >> 1;
    vec2 texel = 1. / vec2(textureSize(source, 0)), weightTexel = 1. / vec2(textureSize(weights, 0));
    float tapRows = float(${isForward ? 'pairs' : 'resultShape.w'}) * weightTexel.y;
    float beyond = float(tiling.y) * weightTexel.${isForward ? 'x' : 'y'};
    ${rows.map((p) => `ivec4 at${p} = resultAt(row + ${p} * below);`).join('\n    ')}
    ${indices(tile.drawBuffers)
      .map((t) => (ofOne ? `vec2 sum${t} = vec2(0.);` : `vec4 sum${t} = vec4(0.);`))
      .join(' ')}
    ${
      tapsDown > 1
        ? indices(tapsDown)
            .map((i) => `{ const int i = ${i};${tapRow} }`)
            .join('\n    ')
        : `for (int i = 0; i < taps.x; i++) {${tapRow} }`
    }
    ${rows
      .flatMap((p) =>
        columns.map((q) => {
          const t = p * tile.columns + q;
          return `drawBuffer${t} = withEpilogue(${sumOf(p, q)}, ivec4(at${p}.xyz, 2 * (channel + ${q} * tiling.y)));`;
        }),
      )
      .join('\n    ')}
  }
`;
}
