import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {indices} from '../draw/fragmentTile.js';
import {floatDivision} from '../draw/glsl.js';
import {pixelsText, readingText, texelsOver} from '../layouts/packed2x2/pixelRow.js';
import {texelAtText} from '../texture/packedTexture.js';
import {type FilterGradientTile, pairsTaps} from './tile.js';

/**
 * dFilter on texels as they lie, cut into slices of the rows (n, oh):
 *
 *     dFilter[i, j, c, f] = Σ_{n, oh, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j, c] · dy[n, oh, ow, f]
 *
 * A fragment sums one tile of dFilter over one slice. With each texel of dy, which holds two pixels, it reads on in x by 2·sw pixels, and
 * keeps the pixels that its taps meet again. `SliceGrid` describes where the fragments lie. The pairs of channels of a tile lie `groups`
 * apart, so that each draw buffer holds rectangles of dFilter.
 * @param rowAligned whether the textures are row-aligned
 */
export function filterGradientText(
  info: Conv2DInfo,
  tile: FilterGradientTile,
  rowAligned: {x: boolean; dy: boolean},
): string {
  const {taps, inPairs, outPairs} = tile;
  const {strideWidth: stride} = info;
  const across = texelsOver(taps + stride);
  const x = (a: number, pair: string) => {
    const texel = rowAligned.x
      ? `texture(x, vec2(fromX.x + float(${a} * groups.x) * xTexel.x, fromX.y + float(${pair}) * xTexel.y))`
      : `texelAt(x, (lineX + ${pair}) * xShape.w + c + ${a} * groups.x)`;
    return `inside(${texel}, ${pair}, xShape.z)`;
  };
  const dy = (b: number) => {
    const texel = rowAligned.dy
      ? `texture(dy, vec2(fromDy.x + float(${b} * groups.y) * dyTexel.x, fromDy.y + float(s) * dyTexel.y))`
      : `texelAt(dy, (lineDy + s) * dyShape.w + f + ${b} * groups.y)`;
    return `inside(${texel}, s, dyShape.z)`;
  };
  // Lanes past an odd number of channels are written as 0, because tfjs's packed matMul multiplies them.
  const written = (t: number) =>
    `whole(sum${t}, c + ${Math.floor(t / outPairs) % inPairs} * groups.x, f + ${t % outPairs} * groups.y)`;
  const lines = (of: number, line: (index: number) => string | string[]) =>
    indices(of).flatMap(line).join('\n        ');
  return `${floatDivision}${texelAtText}${readingText}
  vec4 whole(vec4 sum, int c, int f) {
    bool lastRow = 2 * c + 1 == channels.x, lastColumn = 2 * f + 1 == channels.y;
    return vec4(sum.x, lastColumn ? 0. : sum.y, lastRow ? 0. : sum.z, lastRow || lastColumn ? 0. : sum.w);
  }

  void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int below = quotient(at.y, grid.x), beside = quotient(at.x, grid.y);
    int slice = below * grid.z + beside;
    at -= ivec2(beside * grid.y, below * grid.x);
    int line = ${info.kind === 'dense' ? 'quotient(at.y, groups.x)' : 'at.y'};
    int f = at.x, c = ${info.kind === 'dense' ? 'at.y - line * groups.x' : 'f'};
    int i = quotient(line, grid.w);
    int left = (line - i * grid.w) * ${taps} - pad.y;
    int top = i * dilation.x - pad.x;
    int first = left >> 1;
    bool odd = (left & 1) == 1;
    int acrossX = (xShape.z + 1) >> 1, acrossDy = (dyShape.z + 1) >> 1;
    vec2 xTexel = 1. / vec2(textureSize(x, 0)), dyTexel = 1. / vec2(textureSize(dy, 0));
    ${lines(tile.drawBuffers, (t) => `vec4 sum${t} = vec4(0.);`)}
    int last = min((slice + 1) * sliceRows, dyShape.x * dyShape.y);
    for (int p = slice * sliceRows; p < last; p++) {
      int n = quotient(p, dyShape.y);
      int h = top + (p - n * dyShape.y) * stride.x;
      if (h < 0 || h >= xShape.y) continue;
      int lineX = (n * xShape.y + h) * acrossX, lineDy = p * acrossDy;
      vec2 fromX = (vec2(c, lineX) + .5) * xTexel, fromDy = (vec2(f, lineDy) + .5) * dyTexel;
      ${lines(inPairs, (a) => indices(across).map((k) => `vec4 x${a}t${k} = ${k < stride ? 'vec4(0.)' : x(a, `(first + ${k - stride})`)};`))}
      for (int s = 0; s < acrossDy; s++) {
        int pair = first + ${stride} * s;
        ${lines(inPairs, (a) => indices(across).map((k) => `x${a}t${k} = ${k + stride < across ? `x${a}t${k + stride}` : x(a, `(pair + ${k})`)};`))}
        ${lines(inPairs, (a) => pixelsText(`x${a}t`, `x${a}p`, taps + stride))}
        ${lines(outPairs, (b) => `vec4 d${b} = ${dy(b)};`)}
        ${(pairsTaps(info) ? pairedSums(info, tile) : denseSums(info, tile)).join('\n        ')}
      }
    }
    ${lines(tile.drawBuffers, (t) => `drawBuffer${t} = ${pairsTaps(info) ? `sum${t}` : written(t)};`)}
  }
`;
}

/** Adds the products of two channels of x and two of dy, at both pixels. */
function denseSums({strideWidth}: Conv2DInfo, {taps, inPairs, outPairs}: FilterGradientTile): string[] {
  return indices(taps).flatMap((t) =>
    indices(inPairs).flatMap((a) =>
      indices(outPairs).map(
        (b) =>
          `sum${(t * inPairs + a) * outPairs + b} += x${a}p${t}.xxyy * d${b}.xyxy + x${a}p${t + strideWidth}.xxyy * d${b}.zwzw;`,
      ),
    ),
  );
}

/**
 * Adds the products at two taps with two channels of dy. Depthwise, each channel of dy has its own channel of x; else all share the only
 * one. With an odd number of taps, the lanes past the last tap sum it a second time.
 */
function pairedSums({kind, strideWidth}: Conv2DInfo, {taps, outPairs}: FilterGradientTile): string[] {
  const lanes = kind === 'depthwise' ? 'xy' : 'xx';
  return indices(Math.ceil(taps / 2)).flatMap((t) => {
    const two = (step: number) =>
      `vec4(${[2 * t, Math.min(2 * t + 1, taps - 1)].map((tap) => `x0p${tap + step}.${lanes}`).join(', ')})`;
    return indices(outPairs).map(
      (b) => `sum${t * outPairs + b} += ${two(0)} * d${b}.xyxy + ${two(strideWidth)} * d${b}.zwzw;`,
    );
  });
}

/** GLSL: the texel of the next slice, from the texel of one slice. */
const nextSlice = `
  ivec2 after(ivec2 texel, int first) {
    texel.x += grid.y;
    return texel.x < grid.y * grid.z ? texel : ivec2(first, texel.y + grid.x);
  }
`;

/** Sums the slices of each draw buffer, in their order. The results are rectangles that are copied into dFilter as they are. */
export function sliceSumText(drawBuffers: number): string {
  const all = indices(drawBuffers);
  return `${nextSlice}
  void main() {
    ivec2 texel = ivec2(gl_FragCoord.xy);
    int first = texel.x;
    ${all.map((t) => `vec4 sum${t} = vec4(0.);`).join(' ')}
    for (int s = 0; s < slices; s++) {
      ${all.map((t) => `sum${t} += texelFetch(part${t}, texel, 0);`).join(' ')}
      texel = after(texel, first);
    }
    ${all.map((t) => `drawBuffer${t} = sum${t};`).join(' ')}
  }
`;
}

/** Sums the slices of draw buffers that hold two taps, in their order. Writes dFilter [kh, kw, 1 or C, F or 1] in tfjs's texels. */
export function pairedSliceSumText(info: Conv2DInfo, {taps, outPairs, drawBuffers}: FilterGradientTile): string {
  const isDense = info.kind === 'dense';
  return `${nextSlice}
  void main() {
    ivec4 at = outputAt(); // i, j, c, f
    int group = quotient(at.y, ${taps});
    int tap = at.y - group * ${taps};
    int pair = ${isDense ? 'at.w' : 'at.z'} >> 1;
    int outer = quotient(pair, grid.y);
    ivec2 size = textureSize(DrawBuffers, 0);
    ivec2 texel = ivec2(pair - outer * grid.y, at.x * grid.w + group + ((tap >> 1) * ${outPairs} + outer) * quotient(size.y, ${drawBuffers}));
    int first = texel.x;
    vec4 sum = vec4(0.);
    for (int s = 0; s < slices; s++) {
      sum += texelFetch(DrawBuffers, texel, 0);
      texel = after(texel, first);
    }
    vec2 two = (tap & 1) == 0 ? sum.xy : sum.zw;
    setOutputLanes(at, ${isDense ? 'vec4(two, 0., 0.)' : 'vec4(two.x, 0., two.y, 0.)'});
  }
`;
}
