import {repeated} from '../wgsl.js';

/** What is written out in a shader's text for one class of problems. Everything else is in uniforms. */
export interface Variant {
  /** The rows and columns of the tile of the result that one thread keeps in registers. They are pixels, channels or weights. */
  rows: 8 | 9 | 16;
  columns: 1 | 3 | 4 | 8 | 16;
  /** Whether channels go by fours, which needs multiples of 4; else they go one by one. */
  fours: boolean;
}

/** WGSL: sums of zero for each row of the tile, in vectors of 4 columns. */
export function sums({rows, columns}: Variant): string {
  return repeated(rows, (q) => repeated(columns / 4, (v) => `var sum${q}_${v} = vec4<f32>();`));
}

/**
 * WGSL that stores the tile.
 * @param inside text that tells whether row q of the tile is a row of the result
 * @param at text of the index in the result where row q begins
 * @param first text of the tile's first channel
 * @param channels text of the number of channels
 * @param stored text of what is stored instead of a value, such as its epilogue
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
