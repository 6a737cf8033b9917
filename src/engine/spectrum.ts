import {fourierSides} from './assembly/modules.js';

export {fourierSides};
/** Sides of tiles that engines know the spectra of. */
export type FourierSide = (typeof fourierSides)[number];

/**
 * A plane of spectra X[u, v] = Σ x[i, j]·e^(−2πi(ui + vj)/side): the real part, the imaginary part or their sum. The three of X and Y give X·Y with three products
 * of real numbers: with a, b, c those of re, im and sum, re = a − b and im = c − a − b.
 */
export interface SpectralPlane {
  u: number;
  v: number;
  component: 're' | 'im' | 'sum';
}

/** How many planes there are. */
export function planeCount(side: FourierSide): number {
  return (3 * side ** 2) / 2 - 2;
}

/**
 * The planes in their order. Of real tiles X[−u, −v] is the conjugate of X[u, v], so half of them are enough; and four numbers are real, which have one plane
 * each.
 */
export function spectrumOf(side: FourierSide): SpectralPlane[] {
  const half = side / 2;
  const inside = Array.from({length: half - 1}, (_, i) => i + 1);
  const all = Array.from({length: side}, (_, v) => v);
  const lines = [0, half];
  return [
    ...lines.flatMap((u) => [
      ...lines.map((v): SpectralPlane => ({u, v, component: 're'})),
      ...inside.flatMap((v): SpectralPlane[] => [
        {u, v, component: 're'},
        {u, v, component: 'im'},
      ]),
    ]),
    ...lines.flatMap((u) => inside.map((v): SpectralPlane => ({u, v, component: 'sum'}))),
    ...inside.flatMap((u) =>
      all.flatMap((v) => (['re', 'im', 'sum'] as const).map((component): SpectralPlane => ({u, v, component}))),
    ),
  ];
}
