import {fourierSides} from './assembly/modules.js';

export {fourierSides};
/** The sides of the tiles whose spectra engines compute. */
export type FourierSide = (typeof fourierSides)[number];

/**
 * A plane of spectra X[u, v] = Σ x[i, j]·e^(−2πi(ui + vj)/side): the real part, the imaginary part, or the sum of both. The three
 * planes give X·Y with three real products. If a, b and c are the products of the re, im and sum planes of X and Y, then re = a −
 * b and im = c − a − b.
 */
export interface SpectralPlane {
  u: number;
  v: number;
  component: 're' | 'im' | 'sum';
}

/** The number of planes. */
export function planeCount(side: FourierSide): number {
  return (3 * side ** 2) / 2 - 2;
}

/**
 * The planes in their order. For real tiles X[−u, −v] is the conjugate of X[u, v], so half of the numbers are enough. Four of
 * these numbers are real and have one plane each.
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
