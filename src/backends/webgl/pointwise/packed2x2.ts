import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../geometry/pass.js';
import type {TensorEpilogue} from '../../implementation.js';
import {type FragmentTile, fragmentTileOf, indices} from '../draw/fragmentTile.js';
import {floatDivision} from '../draw/glsl.js';
import {resultText, type Tiling, tilingOf, tilingText} from '../draw/tiling.js';
import {pairsOf, texelAtText} from '../texture/packedTexture.js';

/**
 * Where the two pixels of a result texel find theirs in the source: in one texel (`together`), in two texels (`apart`), or only one of them
 * has one (`gaps`).
 */
type PixelPairing = 'together' | 'apart' | 'gaps';

export function pixelPairingOf({strideWidth}: Pick<Conv2DInfo, 'strideWidth'>, isForward: boolean): PixelPairing {
  if (strideWidth === 1) return 'together';
  return isForward ? 'apart' : 'gaps';
}

/** How many texels of the result a fragment computes: pairs of pixels by pairs of channels. */
export function pointwiseTile(info: Conv2DInfo, isForward: boolean, most: number): FragmentTile {
  const channels = isForward ? info.outChannels : info.inChannels;
  return fragmentTileOf(
    Number.POSITIVE_INFINITY,
    pairsOf(channels),
    pixelPairingOf(info, isForward) === 'apart' ? 2 : 1,
    most,
  );
}

/**
 * How the result is cut. With a stride, some whole rows of dX meet no row of dy. The rows of one fragment's draw buffers should all be such
 * rows, or none.
 */
export function pointwiseTiling(info: Conv2DInfo, pass: Pass, tile: FragmentTile, maxSide: number): Tiling {
  const {batch, inHeight, inWidth, strideHeight} = info;
  const isAlike = pass === 'backpropInput' && (batch === 1 || inHeight % strideHeight === 0);
  return tilingOf(
    shapeOf(info, passTensors[pass].output),
    tile,
    maxSide,
    isAlike ? strideHeight * pairsOf(inWidth) : 1,
  );
}

/** GLSL: where the two pixels of a result texel lie in the source. x and y are their texels, z and w tell whether each pixel exists. */
const forwardPixels = `
  ivec4 placeOf(int row) {
    ivec4 at = resultAt(row);
    int h = at.y * step.x, w = at.z * step.y;
    int begin = (at.x * sourceShape.y + h) * ((sourceShape.z + 1) >> 1);
    bool above = h < sourceShape.y && at.x < sourceShape.x;
    return ivec4(begin + (w >> 1), begin + ((w + step.y) >> 1), above && w < sourceShape.z, above && w + step.y < sourceShape.z);
  }
`;

/**
 * The same for dX, whose pixels lie in one texel x of the source. At stride 1, z and w tell whether each pixel exists. With a stride, z is
 * the pixel of that texel: 1, 2, or 0 for none. w is the pixel of the result that receives it: 1 or 2.
 */
const backwardPixels = (way: PixelPairing) => `
  ivec4 placeOf(int row) {
    ivec4 at = resultAt(row);
    int h = quotient(at.y, step.x);
    bool above = h * step.x == at.y && h < sourceShape.y && at.x < sourceShape.x;
    int begin = (at.x * sourceShape.y + h) * ((sourceShape.z + 1) >> 1);
    ${
      way === 'together'
        ? 'return ivec4(begin + (at.z >> 1), 0, above && at.z < sourceShape.z, above && at.z + 1 < sourceShape.z);'
        : `int first = quotient(at.z, step.y), w = quotient(at.z + 1, step.y);
    bool isFirst = first * step.y == at.z, isSecond = w * step.y == at.z + 1;
    bool inside = above && (isFirst || isSecond) && w < sourceShape.z;
    return ivec4(begin + (w >> 1), 0, inside ? 1 + (w & 1) : 0, isFirst ? 1 : 2);`
    }
  }
`;

/**
 * A dense 1×1 convolution on texels as they lie, as a product of matrices:
 *
 *     y[n, oh, ow, f] = Σ_c x[n, oh·sh, ow·sw, c] · filter[c, f]      dx[n, oh·sh, ow·sw, c] = Σ_f dy[n, oh, ow, f] · filter[c, f], else 0
 *
 * x [N, H, W, C], filter [1, 1, C, F] → y [N, OH, OW, F]. A fragment computes tile.rows × tile.columns texels of the result, one in each of
 * as many rectangles (see `Tiling`). To add 8 products to each of these texels it reads rows + columns texels. Limits: sums in float32, in
 * the order of the channels, two at a time.
 * @param rowAligned whether the textures of the image and of the filter are row-aligned
 */
export function pointwiseText(
  info: Conv2DInfo,
  isForward: boolean,
  tile: FragmentTile,
  rowAligned: {source: boolean; filter: boolean},
  epilogue?: TensorEpilogue,
): string {
  const way = pixelPairingOf(info, isForward);
  const pixel = (at: string, k: string) =>
    rowAligned.source
      ? `texture(source, vec2((float(${k}) + .5) * texel.x, (float(${at}) + .5) * texel.y))`
      : `texelAt(source, ${at} * sourceShape.w + ${k})`;
  const second = info.strideWidth % 2 === 0 ? 'xy' : 'zw';
  const pixels = (p: number, k: string) => {
    const first = pixel(`at${p}.x`, k);
    if (way === 'apart') return `vec4 a${p} = vec4(${first}.xy, ${pixel(`at${p}.y`, k)}.${second});`;
    return `vec4 a${p} = ${first};${way === 'gaps' ? ` a${p}.xy = mix(a${p}.xy, a${p}.zw, bvec2(at${p}.z == 2));` : ''}`;
  };
  const weights = (q: number, k: string) => {
    const channel = `(channel + ${q} * tiling.y)`;
    const [row, column] = isForward ? [k, channel] : [channel, k];
    return rowAligned.filter
      ? `texture(weights, (vec2(${column}, ${row}) + .5) * weightTexel)`
      : `texelAt(weights, ${row} * ${isForward ? 'resultShape' : 'sourceShape'}.w + ${column})`;
  };
  const [first, other] = isForward ? ['xy', 'zw'] : ['xz', 'yw'];
  const [rows, columns] = [indices(tile.rows), indices(tile.columns)];
  const read = (k: string) =>
    [...rows.map((p) => pixels(p, k)), ...columns.map((q) => `vec4 b${q} = ${weights(q, k)};`)].join('\n      ');
  const sums = (whole: boolean) =>
    rows
      .flatMap((p) =>
        columns.map((q) => {
          const product = (lane: string, next: string, half: string) =>
            way === 'gaps'
              ? `a${p}.${lane} * b${q}.${half}`
              : `a${p}.${lane}${lane}${next}${next} * b${q}.${half}${half}`;
          const [one, two] = [product('x', 'z', first), product('y', 'w', other)];
          return `sum${p * tile.columns + q} += ${whole ? `${one} + ${two}` : one};`;
        }),
      )
      .join('\n      ');
  const sumType = way === 'gaps' ? 'vec2' : 'vec4';
  return `${floatDivision}${tilingText}${texelAtText}
  ${resultText(epilogue)}${isForward ? forwardPixels : backwardPixels(way)}
  vec4 whole(${sumType} value, ivec4 place) {
    ${
      way === 'gaps'
        ? 'return place.z == 0 ? vec4(0.) : place.w == 1 ? vec4(value, 0., 0.) : vec4(0., 0., value);'
        : 'return vec4(place.z == 1 ? value.xy : vec2(0.), place.w == 1 ? value.zw : vec2(0.));'
    }
  }

  void main() {
    ivec2 first = firstAt();
    int row = first.x, channel = first.y, below = rowsBelow();
    vec2 texel = 1. / vec2(textureSize(source, 0)), weightTexel = 1. / vec2(textureSize(weights, 0));
    ${rows.map((p) => `ivec4 at${p} = placeOf(row + ${p} * below);`).join('\n    ')}
    ${indices(tile.drawBuffers)
      .map((t) => `${sumType} sum${t} = ${sumType}(0.);`)
      .join(' ')}
    // Of nothing: the lines of dX between those of dy.
    int count = ${rows.map((p) => `at${p}.z`).join(' + ')} == 0 ? 0 : terms;
    for (int k = 0; k < count / 2; k++) {
      ${read('k')}
      ${sums(true)}
    }
    if (count % 2 == 1) {
      // The second lanes are no channel, and hold anything.
      int k = terms / 2;
      ${read('k')}
      ${sums(false)}
    }
    ${rows
      .flatMap((p) =>
        columns.map((q) => {
          const t = p * tile.columns + q;
          return `drawBuffer${t} = withEpilogue(whole(sum${t}, at${p}), resultAt(row + ${p} * below) + ivec4(0, 0, 0, 2 * (channel + ${q} * tiling.y)));`;
        }),
      )
      .join('\n    ')}
  }
`;
}
