import {countHit, makeCounters} from './coverageCounter.js';
import type {FourierDestination, FourierTiles, MatrixBatch, PackedBatch} from './engine.js';
import {packedRows} from './jsMemory.js';
import {type FourierSide, spectrumOf} from './spectrum.js';

const [forward, cut, inverse] = makeCounters(['js spectra', 'js spectra, cut tiles', 'js spectra, inverse']);
export const fourierCounters = [forward, cut, inverse];

/** Computes spectra as matrices, one for each plane. */
export function fourier(work: FourierTiles, {data, step, rowOffsets}: MatrixBatch): void {
  forEachElement(work, (plane, tile, lane, value) => {
    data[((plane * step + rowOffsets[tile]) >> 2) + lane] = value;
  });
}

/** Computes spectra as packed matrices, one for each plane. */
export function fourierPacked(work: FourierTiles, room: PackedBatch): PackedBatch {
  const {batch, put} = packedRows(room, work);
  forEachElement(work, put);
  return batch;
}

/** Computes spectra in plain JavaScript, in double, by the definition: along the columns, then along the rows. */
function forEachElement(
  {side, source, tileOffsets, rowStep, columnStep, rows, columns, flipped, lanes}: FourierTiles,
  put: (plane: number, tile: number, lane: number, value: number) => void,
): void {
  countHit?.(forward);
  if (rows < side || columns < side) countHit?.(cut);
  const {cos, sin, planes, half} = tablesOf(side);
  const [re, im] = [new Float64Array(half * side), new Float64Array(half * side)];
  const [firstRe, firstIm] = [new Float64Array(columns), new Float64Array(columns)];
  for (let tile = 0; tile < tileOffsets.length; tile++) {
    for (let lane = 0; lane < lanes; lane++) {
      for (let u = 0; u < half; u++) {
        firstRe.fill(0);
        firstIm.fill(0);
        for (let i = 0; i < rows; i++) {
          const [c, s] = [cos[(u * i) % side], sin[(u * i) % side]];
          for (let j = 0; j < columns; j++) {
            const [row, column] = flipped ? [rows - 1 - i, columns - 1 - j] : [i, j];
            const value = source[((tileOffsets[tile] + row * rowStep + column * columnStep) >> 2) + lane];
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
      planes.forEach(({at, component}, plane) => {
        put(plane, tile, lane, component === 're' ? re[at] : component === 'im' ? im[at] : re[at] + im[at]);
      });
    }
  }
}

/** Transforms products of spectra back into tiles. */
export function fourierInverse(
  {data, step, rowOffsets}: MatrixBatch,
  {side, out, outOffsets, outRowStep, outColumnStep, rows, columns, lanes}: FourierDestination,
): void {
  countHit?.(inverse);
  const {cos, sin, planes, half} = tablesOf(side);
  const [re, im] = [new Float64Array(half * side), new Float64Array(half * side)];
  const [firstRe, firstIm] = [new Float64Array(half), new Float64Array(half)];
  for (let tile = 0; tile < outOffsets.length; tile++) {
    for (let lane = 0; lane < lanes; lane++) {
      re.fill(0);
      im.fill(0);
      planes.forEach(({at, component, real}, plane) => {
        const value = data[((plane * step + rowOffsets[tile]) >> 2) + lane];
        if (component === 're') re[at] += value;
        if (component === 'im') re[at] -= value;
        if (!real) im[at] += component === 'sum' ? value : -value;
      });
      for (let j = side - columns; j < side; j++) {
        for (let u = 0; u < half; u++) {
          // A line that is its own conjugate (u = 0 or side/2) holds v ≤ side/2 only. In its real result, each complex number
          // counts twice.
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
          out[((outOffsets[tile] + row * outRowStep + column * outColumnStep) >> 2) + lane] = sum / side ** 2;
        }
      }
    }
  }
}

interface Tables {
  /** Of the angles 2πk/side. */
  cos: Float64Array;
  sin: Float64Array;
  /** For each plane: the index of its number among those with u ≤ side/2, and whether that number is real. */
  planes: readonly {at: number; component: 're' | 'im' | 'sum'; real: boolean}[];
  /** The number of rows with u ≤ side/2. */
  half: number;
}

const tables = new Map<FourierSide, Tables>();

function tablesOf(side: FourierSide): Tables {
  const known = tables.get(side);
  if (known) return known;
  const angles = Float64Array.from({length: side}, (_, k) => (2 * Math.PI * k) / side);
  const isReal = (k: number) => k % (side / 2) === 0;
  const planes = spectrumOf(side).map(({u, v, component}) => ({
    at: u * side + v,
    component,
    real: isReal(u) && isReal(v),
  }));
  const made = {cos: angles.map(Math.cos), sin: angles.map(Math.sin), planes, half: side / 2 + 1};
  tables.set(side, made);
  return made;
}
