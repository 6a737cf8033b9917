import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {dividing} from '../shared.js';
import {numbers, pixelsText, readingText, texelsOver} from './row.js';
import {pairsTaps, type Tile} from './tile.js';

/**
 * dFilter[i, j, c, f] = Σ_{n, oh, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j, c] · dy[n, oh, ow, f] on texels as they lie, cut into slices of the rows
 * (n, oh). A fragment sums one tile of it over one slice: with each texel of dy, two pixels, it reads on in x by 2·sw pixels, and keeps those that its
 * taps meet again. The cells of all fragments follow each other in the order slice, i, taps, c, f, with `groups.w` in a row of the targets.
 * @param plain whether the textures are plain
 */
export function outerText(info: Conv2DInfo, tile: Tile, plain: {x: boolean; dy: boolean}): string {
  const {taps, inPairs, outPairs} = tile;
  const {strideWidth: stride} = info;
  const across = texelsOver(taps + stride);
  const x = (a: number, pair: string) => {
    const texel = plain.x
      ? `texture(x, vec2(fromX.x + ${a}. * xTexel.x, fromX.y + float(${pair}) * xTexel.y))`
      : `texelAt(x, (lineX + ${pair}) * xShape.w + c + ${a})`;
    return `inside(${texel}, ${pair}, xShape.z)`;
  };
  const dy = (b: number) => {
    const texel = plain.dy
      ? `texture(dy, vec2(fromDy.x + ${b}. * dyTexel.x, fromDy.y + float(s) * dyTexel.y))`
      : `texelAt(dy, (lineDy + s) * dyShape.w + f + ${b})`;
    return `inside(${texel}, s, dyShape.z)`;
  };
  const lines = (of: number, line: (index: number) => string | string[]) =>
    numbers(of).flatMap(line).join('\n        ');
  return `${dividing}${readingText}
  void main() {
    int cell = int(gl_FragCoord.y) * groups.w + int(gl_FragCoord.x);
    int rest = over(cell, groups.y);
    int f = cell - rest * groups.y;
    cell = over(rest, groups.x);
    int c = (rest - cell * groups.x) * ${inPairs};
    f = ${info.kind === 'dense' ? `f * ${outPairs}` : 'c'};
    rest = over(cell, groups.z);
    int left = (cell - rest * groups.z) * ${taps} - pad.y;
    int slice = over(rest, taps.x);
    int top = (rest - slice * taps.x) * dilation.x - pad.x;
    int first = left >> 1;
    bool odd = (left & 1) == 1;
    int acrossX = (xShape.z + 1) >> 1, acrossDy = (dyShape.z + 1) >> 1;
    vec2 xTexel = 1. / vec2(textureSize(x, 0)), dyTexel = 1. / vec2(textureSize(dy, 0));
    ${lines(tile.targets, (t) => `vec4 sum${t} = vec4(0.);`)}
    int last = min((slice + 1) * sliceRows, dyShape.x * dyShape.y);
    for (int p = slice * sliceRows; p < last; p++) {
      int n = over(p, dyShape.y);
      int h = top + (p - n * dyShape.y) * stride.x;
      if (h < 0 || h >= xShape.y) continue;
      int lineX = (n * xShape.y + h) * acrossX, lineDy = p * acrossDy;
      vec2 fromX = (vec2(c, lineX) + .5) * xTexel, fromDy = (vec2(f, lineDy) + .5) * dyTexel;
      ${lines(inPairs, (a) => numbers(across).map((k) => `vec4 x${a}t${k} = ${k < stride ? 'vec4(0.)' : x(a, `(first + ${k - stride})`)};`))}
      for (int s = 0; s < acrossDy; s++) {
        int pair = first + ${stride} * s;
        ${lines(inPairs, (a) => numbers(across).map((k) => `x${a}t${k} = ${k + stride < across ? `x${a}t${k + stride}` : x(a, `(pair + ${k})`)};`))}
        ${lines(inPairs, (a) => pixelsText(`x${a}t`, `x${a}p`, taps + stride))}
        ${lines(outPairs, (b) => `vec4 d${b} = ${dy(b)};`)}
        ${(pairsTaps(info) ? pairedSums(info, tile) : denseSums(info, tile)).join('\n        ')}
      }
    }
    ${lines(tile.targets, (t) => `target${t} = sum${t};`)}
  }
`;
}

/** Two channels of x by two of dy, of both pixels. */
function denseSums({strideWidth}: Conv2DInfo, {taps, inPairs, outPairs}: Tile): string[] {
  return numbers(taps).flatMap((t) =>
    numbers(inPairs).flatMap((a) =>
      numbers(outPairs).map(
        (b) =>
          `sum${(t * inPairs + a) * outPairs + b} += x${a}p${t}.xxyy * d${b}.xyxy + x${a}p${t + strideWidth}.xxyy * d${b}.zwzw;`,
      ),
    ),
  );
}

/** Two taps by two channels of dy, each with its own channel of x or all with the only one. Past the last tap it is summed twice. */
function pairedSums({kind, strideWidth}: Conv2DInfo, {taps, outPairs}: Tile): string[] {
  const lanes = kind === 'depthwise' ? 'xy' : 'xx';
  return numbers(Math.ceil(taps / 2)).flatMap((t) => {
    const two = (step: number) =>
      `vec4(${[2 * t, Math.min(2 * t + 1, taps - 1)].map((tap) => `x0p${tap + step}.${lanes}`).join(', ')})`;
    return numbers(outPairs).map(
      (b) => `sum${t * outPairs + b} += ${two(0)} * d${b}.xyxy + ${two(strideWidth)} * d${b}.zwzw;`,
    );
  });
}

/** The sums of the slices, in their order, as dFilter [kh, kw, C, F] in tfjs's texels. */
export function sumText(info: Conv2DInfo, tile: Tile): string {
  const {taps, inPairs, outPairs, targets} = tile;
  const paired = pairsTaps(info);
  const target = paired
    ? `(tap >> 1) * ${outPairs} + f - outer * ${outPairs}`
    : `(tap * ${inPairs} + c - inner * ${inPairs}) * ${outPairs} + f - outer * ${outPairs}`;
  const value = !paired ? 'sum' : info.kind === 'dense' ? 'vec4(pair, 0., 0.)' : 'vec4(pair.x, 0., pair.y, 0.)';
  return `
  void main() {
    ivec4 at = outputAt(); // i, j, c, f
    int c = at.z >> 1, f = at.w >> 1, group = over(at.y, ${taps});
    int tap = at.y - group * ${taps};
    int inner = over(c, ${inPairs}), outer = over(f, ${outPairs});
    int target = ${target};
    int cell = ((at.x * groups.z + group) * groups.x + inner) * groups.y + outer;
    int perSlice = outShape.x * groups.z * groups.x * groups.y;
    int row = over(cell, groups.w), rows = over(perSlice, groups.w);
    ivec2 size = textureSize(Targets, 0);
    ivec2 texel = ivec2(cell - row * groups.w, row + target * over(size.y, ${targets})), step = ivec2(perSlice - rows * groups.w, rows);
    vec4 sum = vec4(0.);
    for (int s = 0; s < slices; s++) {
      sum += texture(Targets, (vec2(texel) + .5) / vec2(size));
      texel += step;
      if (texel.x >= groups.w) texel += ivec2(-groups.w, 1);
    }
    vec2 pair = (tap & 1) == 0 ? sum.xy : sum.zw;
    setOutputLanes(at, ${value});
  }
`;
}
