import {randomFrom} from '../data/random.js';

/** Whole numbers of both signs, ±1 … ±range; never zero, which would hide a term. */
export function drawIntegers(length: number, range: number, text: string): Float32Array {
  const next = randomFrom(text);
  return Float32Array.from({length}, () => {
    const drawn = (next() % (2 * range)) - range;
    return drawn < 0 ? drawn : drawn + 1;
  });
}

/** Real numbers of both signs, ±[½, 1): large enough each to count. */
export function drawReals(length: number, text: string): Float32Array {
  const next = randomFrom(text);
  return Float32Array.from({length}, () => ((next() & 1) === 0 ? 1 : -1) * (0.5 + next() / 2 ** 33));
}
