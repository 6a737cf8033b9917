import type {Arena} from './engine.js';

/** Offsets one after another, `step` bytes apart. */
export function evenOffsets(arena: Arena, count: number, step: number): Int32Array {
  const offsets = arena.integers(count);
  for (let i = 0; i < count; i++) offsets[i] = i * step;
  return offsets;
}
