import {guard, repeated} from '../wgsl.js';
import {addTap, columnsOf, locate, masked, sliceOfDepth} from './products.js';
import {store, sums, type Variant} from './variant.js';

/**
 * The product of dy and the filter, which an earlier step transposes:
 *
 *     dx[p, c] = Σ_{i, j, f} dy[the output that reads p through tap (i, j), f] · transposed[i, j, f, c]      [P×RF]·[RF×C]→[P×C]
 *
 * Pixels are grouped by their residues modulo the strides, h = residue + sh·step. The pixels of a group meet the same taps. Only every
 * tapStep-th of these leads to an output, (residue + pt − i·dh) / sh + step. Slices are ranges of f, as they are ranges of c in `forward`.
 * A thread has pixels of one group. A group that meets no tap gets zeros.
 */
export function backpropInput(variant: Variant): string {
  const begin = `var tap = ((i * uniforms.filterSize.y + j) * depth + begin) * width;`;
  return shader(
    variant.rows,
    columnsOf(variant) + sums(variant),
    begin + addTap(variant, 'dy', 'transposed'),
    (inside, at) => store(variant, inside, at, 'first', 'width'),
    variant.columns,
  );
}

/** The rows of a tile of few channels. */
const rows = 8;

/**
 * dX for C below 4, and at most `columns`. A tile is as wide as C, and sums over f the products of dy and the filter, which is not
 * transposed:
 *
 *     dx[p, c] = Σ_{i, j} dy[the output that reads p through tap (i, j)] · filter[i, j, c]      dot products of F
 *
 * @param fours whether F is a multiple of 4, so that f goes by fours
 */
export function backpropInputFewChannels({columns, fours}: {columns: number; fours: boolean}): string {
  const value = (q: number) => masked('dy', `at${q} + d`, q, fours);
  const weight = (k: number) => (fours ? `Filter[(tap + c${k} + d) >> 2u]` : `Filter[tap + c${k} + d]`);
  const product = (q: number, k: number) => (fours ? `dot(v${q}, w${k})` : `v${q} * w${k}`);
  const inner = `
        let tap = (i * uniforms.filterSize.y + j) * width * depth;
        for (var d = begin; d < end; d += ${fours ? 4 : 1}) {
          ${repeated(rows, (q) => `let v${q} = ${value(q)};`)}
          ${repeated(columns, (k) => `let w${k} = ${weight(k)};`)}
          ${repeated(rows, (q) => repeated(columns, (k) => `sum${q}_${k} += ${product(q, k)};`))}
        }`;
  return shader(
    rows,
    repeated(columns, (k) => `let c${k} = min(${k}, width - 1) * depth;`) +
      repeated(rows, (q) => repeated(columns, (k) => `var sum${q}_${k} = 0.0;`)),
    inner,
    (inside, at) =>
      repeated(rows, (q) => {
        const stores = repeated(columns, (k) => `if (${k} < width) { result[at + ${k}] = sum${q}_${k}; }`);
        return `if (${inside(q)}) { let at = ${at(q)}; ${stores} }`;
      }),
    columns,
  );
}

/**
 * WGSL that both shaders share.
 * @param begin text before the sums
 * @param tap text that adds one tap to the sums
 * @param end text that stores the sums
 */
function shader(
  rows: number,
  begin: string,
  tap: string,
  end: (inside: (q: number) => string, at: (q: number) => string) => string,
  columns: number,
): string {
  return `
  fn firstTap(reach: i32, stride: i32, dilation: i32, tapStep: i32, count: i32) -> i32 {
    for (var t = 0; t < min(tapStep, count); t++) {
      if ((reach - t * dilation) % stride == 0) {
        return t;
      }
    }
    return count;
  }

  fn main(index: i32) {
    ${guard}
    let depth = uniforms.channels.y;
    let width = uniforms.channels.x;
    let OH = uniforms.outSize.x;
    let OW = uniforms.outSize.y;
    let pixels = uniforms.batch * uniforms.steps.x * uniforms.steps.y;
    let tilesOfGroup = (pixels + ${rows - 1}) / ${rows};
    ${sliceOfDepth}
    let first = item % uniforms.tiles * ${columns};
    let tile = item / uniforms.tiles;
    let group = tile / tilesOfGroup;
    let p = (tile - group * tilesOfGroup) * ${rows};
    let residue = vec2<i32>(group / uniforms.groups, group % uniforms.groups);
    let reach = residue + uniforms.pad;
    ${repeated(
      rows,
      (q) => `
    let p${q} = min(p + ${q}, pixels - 1);
    let line${q} = p${q} / uniforms.steps.y;
    let image${q} = line${q} / uniforms.steps.x;
    let step${q} = vec2<i32>(line${q} - image${q} * uniforms.steps.x, p${q} - line${q} * uniforms.steps.y);`,
    )}
    ${begin}
    let i0 = firstTap(reach.x, uniforms.stride.x, uniforms.dilation.x, uniforms.tapStep.x, uniforms.filterSize.x);
    let j0 = firstTap(reach.y, uniforms.stride.y, uniforms.dilation.y, uniforms.tapStep.y, uniforms.filterSize.y);
    for (var i = i0; i < uniforms.filterSize.x; i += uniforms.tapStep.x) {
      let oh = (reach.x - i * uniforms.dilation.x) / uniforms.stride.x;
      ${repeated(rows, (q) => `let h${q} = oh + step${q}.x; let row${q} = (image${q} * OH + h${q}) * OW;`)}
      for (var j = j0; j < uniforms.filterSize.y; j += uniforms.tapStep.y) {
        let ow = (reach.y - j * uniforms.dilation.y) / uniforms.stride.y;
        ${repeated(rows, (q) => `let w_${q} = ow + step${q}.y; ${locate(q, `h${q}`, `w_${q}`, `row${q}`, ['OH', 'OW'])}`)}
        ${tap}
      }
    }
    ${repeated(rows, (q) => `let pixel${q} = residue + step${q} * uniforms.stride;`)}
    ${end(
      (q) => `p + ${q} < pixels && all(pixel${q} < uniforms.inSize)`,
      (q) =>
        `(((slice * uniforms.batch + image${q}) * uniforms.inSize.x + pixel${q}.x) * uniforms.inSize.y + pixel${q}.y) * width`,
    )}
  }
`;
}

/** transposed[i, j, f, c] = filter[i, j, c, f], which puts the weights of adjacent c next to each other. */
export const transposeFilterCode = `
  fn main(index: i32) {
    ${guard}
    let c = index % uniforms.channels.x;
    let f = index / uniforms.channels.x % uniforms.channels.y;
    let tap = index / uniforms.channels.x / uniforms.channels.y;
    result[index] = Filter[(tap * uniforms.channels.x + c) * uniforms.channels.y + f];
  }
`;

/** The same in blocks of 4×4 channels, if C and F are multiples of 4. */
export const transposeFilterByFoursCode = `
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x / 4;
    let F = uniforms.channels.y / 4;
    let c = index % C;
    let f = index / C % F;
    let tap = index / C / F;
    ${repeated(4, (k) => `let row${k} = Filter[((tap * C + c) * 4 + ${k}) * F + f];`)}
    ${repeated(4, (l) => `result[((tap * F + f) * 4 + ${l}) * C + c] = vec4<f32>(${repeated(4, (k) => `row${k}[${l}]`, ', ')});`)}
  }
`;
