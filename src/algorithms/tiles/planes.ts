import {type Arena, arrayBytes, type Planes} from '../../engine/engine.js';
import {steps} from '../../engine/steps.js';

/** How planes lie. */
export interface Layout {
  count: number;
  /** Whether the rows of all planes of a tile lie side by side, for whoever turns it; else those of a plane do, for whoever sums it. */
  together: boolean;
}

/** Floats from plane to plane, from row to row and in all. No powers of two, since then all planes would meet in the same lines of a cache. */
function sizesOf({count, together}: Layout, rows: number, columns: number): {plane: number; row: number; all: number} {
  if (together) {
    const plane = columns % 32 === 0 ? columns + 16 : Math.ceil(columns / 4) * 4;
    return {plane, row: count * plane, all: rows * count * plane};
  }
  const plane = Math.ceil((rows * columns) / 1024) * 1024 + 16;
  return {plane, row: columns, all: count * plane};
}

export function planesBytes(layout: Layout, rows: number, columns: number): number {
  return 4 * (sizesOf(layout, rows, columns).all + rows) + 2 * arrayBytes;
}

export function planes(arena: Arena, layout: Layout, rows: number, columns: number): Planes {
  const {plane, row, all} = sizesOf(layout, rows, columns);
  return {all: arena.floats(all), step: 4 * plane, rowStep: 4 * row, rows: steps(arena, rows, 4 * row)};
}

/** The same planes of fewer tiles. */
export function cutPlanes(planes: Planes, rows: number): Planes {
  return {...planes, rows: planes.rows.subarray(0, rows)};
}

/**
 * Bytes of planes that are worked on at a time. They stay in a level-2 cache, but where C×F matrices are larger than that: then those are read from beyond
 * it for each block, and large blocks have it happen seldom.
 */
export function blockBytes(count: number, C: number, F: number): number {
  return Math.max(1 << 20, 4 * count * C * F);
}

/** What takes more bytes than a level-2 cache is read and written beyond it, which takes longer than rates say. */
export const nearBytes = 1 << 21;
