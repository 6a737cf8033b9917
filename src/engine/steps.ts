import type {Arena} from './engine.js';

/** Places one after another, `step` bytes apart. */
export function steps(arena: Arena, count: number, step: number): Int32Array {
  const places = arena.integers(count);
  for (let i = 0; i < count; i++) places[i] = i * step;
  return places;
}
