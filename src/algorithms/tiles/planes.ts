import type {Arena} from '../../engine/engine.js';

/** Matrices [rows × columns], one for each element of a tile of side×side. */
export interface Planes {
  all: Float32Array;
  each: readonly Float32Array[];
  /** From one to the next in bytes, and to that of the next row of the tile. */
  columnStep: number;
  rowStep: number;
}

/** Floats from one plane to the next: not a power of two, since then all would meet in the same lines of a cache. */
function pitch(rows: number, columns: number): number {
  return Math.ceil((rows * columns) / 1024) * 1024 + 16;
}

export function planesBytes(side: number, rows: number, columns: number): number {
  return 4 * side * side * pitch(rows, columns);
}

export function planes(arena: Arena, side: number, rows: number, columns: number): Planes {
  const step = pitch(rows, columns);
  const all = arena.floats(side * side * step);
  const each = Array.from({length: side * side}, (_, i) => all.subarray(i * step, i * step + rows * columns));
  return {all, each, columnStep: 4 * step, rowStep: 4 * side * step};
}

/**
 * Bytes of planes that are worked on at a time. They stay in a level-2 cache, but where C×F matrices are larger than that: then those are read from beyond
 * it for each block, and large blocks have it happen seldom.
 */
export function blockBytes(side: number, C: number, F: number): number {
  return Math.max(1 << 20, 4 * side * side * C * F);
}
