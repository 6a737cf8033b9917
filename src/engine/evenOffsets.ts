import type {Arena} from './engine.js';

/** Takes `count` offsets from the arena: 0, step, 2·step, … in bytes. */
export function evenOffsets(arena: Arena, count: number, step: number): Int32Array {
  const offsets = arena.integers(count);
  for (let i = 0; i < count; i++) offsets[i] = i * step;
  return offsets;
}
