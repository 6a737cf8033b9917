import type {FourierTiles, FourierTo, Planes} from './engine.js';
import {makeParts} from './part.js';
import {type FourierSide, spectrumOf} from './spectrum.js';

const [forward, cut, inverse] = makeParts(['js spectra', 'js spectra, cut tiles', 'js spectra, inverse']);
export const fourierParts = [forward, cut, inverse];

/** Spectra in plain JavaScript, in double, by the definition along rows and then along columns. */
export function fourier(
  {side, source, tiles, rowStep, columnStep, rows, columns, turned, lanes}: FourierTiles,
  put: (plane: number, tile: number, lane: number, value: number) => void,
): void {
  forward.hits++;
  if (rows < side || columns < side) cut.hits++;
  const {cos, sin, planes, half} = tablesOf(side);
  const [re, im] = [new Float64Array(half * side), new Float64Array(half * side)];
  const [firstRe, firstIm] = [new Float64Array(columns), new Float64Array(columns)];
  for (let tile = 0; tile < tiles.length; tile++) {
    for (let lane = 0; lane < lanes; lane++) {
      for (let u = 0; u < half; u++) {
        firstRe.fill(0);
        firstIm.fill(0);
        for (let i = 0; i < rows; i++) {
          const [c, s] = [cos[(u * i) % side], sin[(u * i) % side]];
          for (let j = 0; j < columns; j++) {
            const [row, column] = turned ? [rows - 1 - i, columns - 1 - j] : [i, j];
            const value = source[((tiles[tile] + row * rowStep + column * columnStep) >> 2) + lane];
            firstRe[j] += c * value;
            firstIm[j] -= s * value;
          }
        }
        for (let v = 0; v < side; v++) {
          let [sumRe, sumIm] = [0, 0];
          for (let j = 0; j < columns; j++) {
            const [c, s] = [cos[(v * j) % side], sin[(v * j) % side]];
            sumRe += c * firstRe[j] + s * firstIm[j];
            sumIm += c * firstIm[j] - s * firstRe[j];
          }
          re[u * side + v] = sumRe;
          im[u * side + v] = sumIm;
        }
      }
      planes.forEach(({at, part}, plane) => {
        put(plane, tile, lane, part === 're' ? re[at] : part === 'im' ? im[at] : re[at] + im[at]);
      });
    }
  }
}

/** The tiles of products of spectra. */
export function fourierInverse(
  {all, step, rows: places}: Planes,
  {side, out, outs, outRowStep, outColumnStep, rows, columns, lanes}: FourierTo,
): void {
  inverse.hits++;
  const {cos, sin, planes, half} = tablesOf(side);
  const [re, im] = [new Float64Array(half * side), new Float64Array(half * side)];
  const [firstRe, firstIm] = [new Float64Array(half), new Float64Array(half)];
  for (let tile = 0; tile < outs.length; tile++) {
    for (let lane = 0; lane < lanes; lane++) {
      re.fill(0);
      im.fill(0);
      planes.forEach(({at, part, real}, plane) => {
        const value = all[((plane * step + places[tile]) >> 2) + lane];
        if (part === 're') re[at] += value;
        if (part === 'im') re[at] -= value;
        if (!real) im[at] += part === 'sum' ? value : -value;
      });
      for (let j = side - columns; j < side; j++) {
        for (let u = 0; u < half; u++) {
          // Lines that are their own conjugates hold half of their numbers, and what is real comes of twice those.
          const own = u % (side / 2) === 0;
          let [sumRe, sumIm] = [0, 0];
          for (let v = 0; v < (own ? half : side); v++) {
            const [c, s] = [cos[(v * j) % side], sin[(v * j) % side]];
            const times = own && v % (side / 2) > 0 ? 2 : 1;
            sumRe += times * (c * re[u * side + v] - s * im[u * side + v]);
            if (!own) sumIm += c * im[u * side + v] + s * re[u * side + v];
          }
          firstRe[u] = sumRe;
          firstIm[u] = sumIm;
        }
        for (let i = side - rows; i < side; i++) {
          let sum = 0;
          for (let u = 0; u < half; u++) {
            const value = cos[(u * i) % side] * firstRe[u] - sin[(u * i) % side] * firstIm[u];
            sum += u % (side / 2) > 0 ? 2 * value : value;
          }
          const [row, column] = [i - side + rows, j - side + columns];
          out[((outs[tile] + row * outRowStep + column * outColumnStep) >> 2) + lane] = sum / side ** 2;
        }
      }
    }
  }
}

interface Tables {
  /** Of 2πk/side. */
  cos: Float64Array;
  sin: Float64Array;
  /** Where each plane's number stands among those of u ≤ side/2, and whether it is real. */
  planes: readonly {at: number; part: 're' | 'im' | 'sum'; real: boolean}[];
  /** How many u there are. */
  half: number;
}

const tables = new Map<FourierSide, Tables>();

function tablesOf(side: FourierSide): Tables {
  const known = tables.get(side);
  if (known) return known;
  const angles = Float64Array.from({length: side}, (_, k) => (2 * Math.PI * k) / side);
  const isReal = (k: number) => k % (side / 2) === 0;
  const planes = spectrumOf(side).map(({u, v, part}) => ({at: u * side + v, part, real: isReal(u) && isReal(v)}));
  const made = {cos: angles.map(Math.cos), sin: angles.map(Math.sin), planes, half: side / 2 + 1};
  tables.set(side, made);
  return made;
}
