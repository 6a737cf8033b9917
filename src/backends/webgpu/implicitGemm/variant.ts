import {repeated} from '../repeated.js';

/** How a shader is written out for one class of problems. All else is in uniforms. */
export interface Variant {
  /** Rows and columns of the tile of the result that one thread keeps in registers: pixels or channels, and channels. */
  rows: 8 | 9 | 16;
  columns: 1 | 3 | 4 | 8 | 16;
  /** Whether C and F are multiples of 4, so that channels come by fours; else one by one. */
  fours: boolean;
}

/** A sum of zeros for each row of the tile, in vectors of 4 columns. */
export function sums({rows, columns}: Variant): string {
  return repeated(rows, (q) => repeated(columns / 4, (v) => `var sum${q}_${v} = vec4<f32>();`));
}

/**
 * Stores the tile. @param at where in the result row q of the tile begins @param inside whether row q is one of the result's
 * @param first its first channel, of so many @param stored what is made of a value before
 */
export function store(
  {rows, columns, fours}: Variant,
  inside: (q: number) => string,
  at: (q: number) => string,
  first: string,
  channels: string,
  stored = (value: string, _channel: string) => value,
): string {
  const vectors = (q: number) =>
    repeated(
      columns / 4,
      (v) =>
        `if (${first} + ${4 * v} < ${channels}) { result[(at + ${4 * v}) >> 2u] = ${stored(`sum${q}_${v}`, `${first} + ${4 * v}`)}; }`,
    );
  const singles = (q: number) =>
    repeated(
      columns,
      (k) =>
        `if (${first} + ${k} < ${channels}) { result[at + ${k}] = ${stored(`sum${q}_${k >> 2}[${k & 3}]`, `${first} + ${k}`)}; }`,
    );
  return repeated(
    rows,
    (q) => `if (${inside(q)}) { let at = ${at(q)} + ${first}; ${fours ? vectors(q) : singles(q)} }`,
  );
}
