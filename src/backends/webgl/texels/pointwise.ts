import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Fusion} from '../../implementation.js';
import {type Block, blockOf, numbers} from '../block.js';
import {cuttingText, finishingText} from '../rectangles.js';
import {dividing} from '../shared.js';
import {pairsOf, texelAtText} from '../source.js';

/** Whether the pixels that a texel of y reads lie in two texels of x. */
const isApart = ({strideWidth}: Conv2DInfo, isForward: boolean) => isForward && strideWidth > 1;

/** How many texels of the result a fragment computes: pairs of pixels by pairs of channels. */
export function pointwiseBlock(info: Conv2DInfo, isForward: boolean, most: number): Block {
  const channels = isForward ? info.outChannels : info.inChannels;
  return blockOf(Number.POSITIVE_INFINITY, pairsOf(channels), isApart(info, isForward) ? 2 : 1, most);
}

/**
 * A dense convolution of single pixels, on texels as they lie: a product of matrices.
 *
 *     y[n, oh, ow, f] = Σ_c x[n, oh·sh, ow·sw, c] · filter[c, f]      dx[n, h, w, c] = Σ_f dy[n, h, w, f] · filter[c, f], without stride
 *
 * x [N, H, W, C], filter [1, 1, C, F] → y [N, OH, OW, F]. A fragment computes block.rows × block.columns texels of the result, of one rectangle of it each:
 * see `Cut`. For 8 products each it reads rows + columns texels.
 * Limits: sums in float32, in the order of the channels, of two at a time.
 * @param plain whether the textures of the image and of the filter are plain
 */
export function pointwiseText(
  info: Conv2DInfo,
  isForward: boolean,
  block: Block,
  plain: {source: boolean; filter: boolean},
  fusion?: Fusion,
): string {
  const apart = isApart(info, isForward);
  const pixel = (at: string, k: string) =>
    plain.source
      ? `texture(source, vec2((float(${k}) + .5) * texel.x, (float(${at}) + .5) * texel.y))`
      : `texelAt(source, ${at} * sourceShape.w + ${k})`;
  const second = info.strideWidth % 2 === 0 ? 'xy' : 'zw';
  const pixels = (p: number, k: string) =>
    apart ? `vec4(${pixel(`at${p}.x`, k)}.xy, ${pixel(`at${p}.y`, k)}.${second})` : pixel(`at${p}.x`, k);
  const weights = (q: number, k: string) => {
    const channel = `(channel + ${q} * cut.y)`;
    const [row, column] = isForward ? [k, channel] : [channel, k];
    return plain.filter
      ? `texture(weights, (vec2(${column}, ${row}) + .5) * weightTexel)`
      : `texelAt(weights, ${row} * ${isForward ? 'resultShape' : 'sourceShape'}.w + ${column})`;
  };
  const [first, other] = isForward ? ['xyxy', 'zwzw'] : ['xzxz', 'ywyw'];
  const [rows, columns] = [numbers(block.rows), numbers(block.columns)];
  const read = (k: string) =>
    [...rows.map((p) => `vec4 a${p} = ${pixels(p, k)};`), ...columns.map((q) => `vec4 b${q} = ${weights(q, k)};`)].join(
      '\n      ',
    );
  const sums = (whole: boolean) =>
    rows
      .flatMap((p) =>
        columns.map(
          (q) =>
            `sum${p * block.columns + q} += a${p}.xxzz * b${q}.${first}${whole ? ` + a${p}.yyww * b${q}.${other}` : ''};`,
        ),
      )
      .join('\n      ');
  return `${dividing}${cuttingText}${texelAtText}
  ${finishingText(fusion)}
  // Where in the source the two pixels of a texel of the result lie, texels x and y; z and w whether they lie there at all.
  ivec4 placeOf(int row) {
    ivec4 at = resultAt(row);
    int h = at.y * step.x, w = at.z * step.y;
    int begin = (at.x * sourceShape.y + h) * ((sourceShape.z + 1) >> 1);
    bool above = h < sourceShape.y;
    return ivec4(begin + (w >> 1), begin + ((w + step.y) >> 1), above && w < sourceShape.z, above && w + step.y < sourceShape.z);
  }

  vec4 whole(vec4 value, ivec4 place) {
    return vec4(place.z == 1 ? value.xy : vec2(0.), place.w == 1 ? value.zw : vec2(0.));
  }

  void main() {
    ivec2 first = firstAt();
    int row = first.x, channel = first.y, below = cut.x * cut.z;
    vec2 texel = 1. / vec2(textureSize(source, 0)), weightTexel = 1. / vec2(textureSize(weights, 0));
    ${rows.map((p) => `ivec4 at${p} = placeOf(row + ${p} * below);`).join('\n    ')}
    ${numbers(block.targets)
      .map((t) => `vec4 sum${t} = vec4(0.);`)
      .join(' ')}
    for (int k = 0; k < terms / 2; k++) {
      ${read('k')}
      ${sums(true)}
    }
    if (terms % 2 == 1) {
      // The second lanes are no channel, and hold anything.
      int k = terms / 2;
      ${read('k')}
      ${sums(false)}
    }
    ${rows
      .flatMap((p) =>
        columns.map((q) => {
          const t = p * block.columns + q;
          return `target${t} = finished(whole(sum${t}, at${p}), resultAt(row + ${p} * below) + ivec4(0, 0, 0, 2 * (channel + ${q} * cut.y)));`;
        }),
      )
      .join('\n    ')}
  }
`;
}
