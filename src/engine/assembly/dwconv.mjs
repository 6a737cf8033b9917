// The micro-kernel of depthwise convolutions: sums of products whose lanes never meet. AssemblyScript as text.

import {join} from './text.mjs';

/**
 * Rows of a tile, and vectors of each row. More sums or operands would not fit the registers, because some compilers move all
 * loads of a step to its beginning.
 */
export const tileRows = 3;
const vectors = 2;
/** Terms that are summed at a time. What they touch stays in a level-1 cache from one tile to the next. */
export const blockTerms = 128;

const perRow = (line) => join(tileRows, line, '\n        ');

/** The sums of a tile, `width` vectors for each row. The last tile repeats its last row, so it reads everything before it writes. */
const sums = (width, store) => `
        const near = source + lane, factors = filter + lane;
        ${perRow((t) => join(width, (v) => `let c${t}${v} = f32x4.splat(0);`, ' '))}
        for (let term = begin; term < end; term += 8) {
          at = factors + <usize>load<i32>(term, 4); ${join(width, (v) => `b${v} = v128.load(at, ${16 * v});`, ' ')}
          at = near + <usize>load<i32>(term);
          ${perRow((t) => join(width, (v) => `c${t}${v} = madd(v128.load(at + a${t}, ${16 * v}), b${v}, c${t}${v});`, ' '))}
        }
        ${perRow((t) => `const to${t} = out + <usize>load<i32>(r${t}, 4) + lane;`)}
        if (add) {
          ${perRow((t) => join(width, (v) => `c${t}${v} = f32x4.add(v128.load(to${t}, ${16 * v}), c${t}${v});`, ' '))}
        }
        ${store((line) => perRow((t) => join(width, (v) => line(`to${t}`, `c${t}${v}`, v), ' ')))}`;

/**
 * out[rows[p].to + lane] (+)= Σ_t source[rows[p].from + terms[t].from + lane] · filter[terms[t].to + lane]. rows and terms are
 * pairs of offsets. Lanes beyond the last are read but not written.
 */
export const dwconv = `
/** The first one to three lanes. */
@inline function storeLanes(to: usize, values: v128, lanes: usize): void {
  if (lanes > 1) {
    v128.store_lane<u64>(to, values, 0);
    if (lanes > 2) v128.store_lane<u32>(to, values, 2, 8);
  } else v128.store_lane<u32>(to, values, 0);
}

export function dwconv(from: i32, to: i32, source: usize, rows: usize, terms: usize, termCount: i32, filter: usize, out: usize, count: i32, accumulate: i32): void {
  const last = to - 1;
  const bytes = <usize>count << 2;
  const ends = terms + (<usize>termCount << 3);
  let begin = terms, at: usize, ${join(vectors, (v) => `b${v}: v128`, ', ')};
  do { // without terms the sums are zeros
    const end = min(begin + ${8 * blockTerms}, ends);
    const add = accumulate || begin > terms;
    for (let first = from; first < to; first += ${tileRows}) {
      ${perRow((t) => `const r${t} = rows + (<usize>min(first + ${t}, last) << 3), a${t} = <usize>load<i32>(r${t});`)}
      let lane: usize = 0;
      for (; lane + ${16 * vectors} <= bytes; lane += ${16 * vectors}) {
        ${sums(vectors, (lines) => lines((to, c, v) => `v128.store(${to}, ${c}, ${16 * v});`))}
      }
      for (; lane < bytes; lane += 16) {
        ${sums(
          1,
          (lines) => `const left = (bytes - lane) >> 2;
        if (left < 4) { ${lines((to, c) => `storeLanes(${to}, ${c}, left);`)} }
        else { ${lines((to, c) => `v128.store(${to}, ${c});`)} }`,
        )}
      }
    }
    begin = end;
  } while (begin < ends);
}
`;
