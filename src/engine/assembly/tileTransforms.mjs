// Tile transforms: tiles times small matrices from both sides. AssemblyScript as text, written out from the matrices.

import {matrices, two} from './matrices.mjs';
import {join} from './text.mjs';

const splat = (value) => `f32x4.splat(${Math.fround(value)})`;

/** Σ of coefficients times d0, d1, …. Zeros are left out, and ±1 need no multiplication. */
function sum(coefficients) {
  const terms = coefficients.flatMap((c, j) => (c === 0 ? [] : [{c, d: `d${j}`}]));
  const first = terms.find(({c}) => c === 1) ?? terms[0];
  const begin =
    first.c === 1 ? first.d : first.c === -1 ? `f32x4.neg(${first.d})` : `f32x4.mul(${splat(first.c)}, ${first.d})`;
  return terms
    .filter((term) => term !== first)
    .reduce((sum, {c, d}) => {
      if (c === 1) return `f32x4.add(${sum}, ${d})`;
      return c === -1 ? `f32x4.sub(${sum}, ${d})` : `madd(${splat(c)}, ${d}, ${sum})`;
    }, begin);
}

/**
 * matrix · (d0, d1, …). Two rows that differ only in the signs of some coefficients are the sum and the difference of the same
 * two parts.
 */
function product(matrix, put) {
  const done = new Set();
  return matrix
    .flatMap((row, p) => {
      if (done.has(p)) return [];
      const partner = matrix.findIndex(
        (other, q) =>
          q > p && other.every((c, j) => Math.abs(c) === Math.abs(row[j])) && other.some((c, j) => c !== row[j]),
      );
      if (partner < 0) return [put(p, sum(row))];
      done.add(partner);
      const other = matrix[partner];
      const [same, opposite] = [(j) => other[j] === row[j], (j) => other[j] !== row[j]].map((is) =>
        row.map((c, j) => (is(j) ? c : 0)),
      );
      if (same.every((c) => c === 0)) return [put(p, sum(row)), put(partner, sum(other))];
      return [`e = ${sum(same)}; o = ${sum(opposite)};`, put(p, 'f32x4.add(e, o)'), put(partner, 'f32x4.sub(e, o)')];
    })
    .join(' ');
}

/**
 * out = M·tile·Mᵀ for each tile, four lanes at a time. M multiplies the columns first; the results wait in the scratch memory.
 * Then their rows are multiplied by Mᵀ. Lanes beyond the last are read but not written. Without a table of offsets in out,
 * results are `outStep` apart.
 */
function transform(name, matrix) {
  const [a, b] = [matrix.length, matrix[0].length];
  const pair = 'let e: v128, o: v128;';
  const rowsOut = (store) => `
        for (let row = scratch; row < ends; row += ${16 * b}, at += outRowStep) {
          ${join(b, (j) => `const d${j} = v128.load(row, ${16 * j});`, ' ')}
          ${product(matrix, (q, value) => store(q === 0 ? 'at' : `at + ${q} * outColumnStep`, value))}
        }`;
  return `
export function ${name}(from: i32, to: i32, source: usize, tileOffsets: usize, rowStep: usize, columnStep: usize, out: usize, outOffsets: usize, outStep: usize, outRowStep: usize, outColumnStep: usize, lanes: i32): void {
  const bytes = <usize>lanes << 2, columnsEnd = scratch + ${16 * b}, ends = scratch + ${16 * a * b};
  ${pair}
  for (let t = from; t < to; ++t) {
    const tile = source + <usize>load<i32>(tileOffsets + (<usize>t << 2));
    const target = out + (outOffsets ? <usize>load<i32>(outOffsets + (<usize>t << 2)) : <usize>t * outStep);
    for (let lane: usize = 0; lane < bytes; lane += 16) {
      let at = tile + lane;
      for (let column = scratch; column < columnsEnd; column += 16, at += columnStep) {
        ${join(b, (i) => `const d${i} = v128.load(at${i === 0 ? '' : ` + ${i} * rowStep`});`, ' ')}
        ${product(matrix, (p, value) => `v128.store(column, ${value}, ${16 * b * p});`)}
      }
      at = target + lane;
      const left = (bytes - lane) >> 2;
      if (left >= 4) {${rowsOut((to, value) => `v128.store(${to}, ${value});`)}
      } else {${rowsOut((to, value) => `storeLanes(${to}, ${value}, left);`)}
      }
    }
  }
}
`;
}

/** out = line·Mᵀ for lines, in the same way. A line is one row, and its elements are `columnStep` apart. */
function transformLines(name, matrix) {
  const put = (store) => product(matrix, (q, value) => store(q === 0 ? 'at' : `at + ${q} * outColumnStep`, value));
  return `
export function ${name}(from: i32, to: i32, source: usize, tileOffsets: usize, rowStep: usize, columnStep: usize, out: usize, outOffsets: usize, outStep: usize, outRowStep: usize, outColumnStep: usize, lanes: i32): void {
  const bytes = <usize>lanes << 2;
  let e: v128, o: v128;
  for (let t = from; t < to; ++t) {
    let line = source + <usize>load<i32>(tileOffsets + (<usize>t << 2));
    let at = out + (outOffsets ? <usize>load<i32>(outOffsets + (<usize>t << 2)) : <usize>t * outStep);
    for (let lane: usize = 0; lane < bytes; lane += 16, line += 16, at += 16) {
      ${join(matrix[0].length, (i) => `const d${i} = v128.load(line${i === 0 ? '' : ` + ${i} * columnStep`});`, ' ')}
      const left = (bytes - lane) >> 2;
      if (left >= 4) {
        ${put((to, value) => `v128.store(${to}, ${value});`)}
      } else {
        ${put((to, value) => `storeLanes(${to}, ${value}, left);`)}
      }
    }
  }
}
`;
}

const shared = `
/** Room that each thread has for itself. */
let scratch: usize;
export function setScratch(place: usize): void {
  scratch = place + fillFactors(place);
}
`;

export const tileTransforms =
  shared +
  Object.entries(matrices)
    .map(([name, matrix]) => transform(name, matrix))
    .join('') +
  Object.entries(two)
    .map(([name, matrix]) => transformLines(name.replace('Tiles', 'Lines'), matrix))
    .join('');
