import {randomFrom} from '../../geometry/random.js';

/** Draws whole numbers of both signs, ±1 … ±range. They are never zero, since a zero would hide a term. */
export function drawIntegers(length: number, range: number, text: string): Float32Array {
  const next = randomFrom(text);
  return Float32Array.from({length}, () => {
    const drawn = (next() % (2 * range)) - range;
    return drawn < 0 ? drawn : drawn + 1;
  });
}

/** Draws real numbers of both signs, ±[½, 1). Each is large enough to count. */
export function drawReals(length: number, text: string): Float32Array {
  const next = randomFrom(text);
  return Float32Array.from({length}, () => ((next() & 1) === 0 ? 1 : -1) * (0.5 + next() / 2 ** 33));
}
