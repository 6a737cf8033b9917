import {activations} from '../geometry/activations.js';
import {countHit, makeCounters} from './coverageCounter.js';
import type {Depthwise, Dwconv} from './engine.js';

/** Terms that are summed at a time. What they touch stays in the cache while the loop passes over the lanes. */
const blockTerms = 64;

const [fourLanes, oneLane, nextBlock, accumulating] = makeCounters([
  'js dwconv, four',
  'js dwconv, one of the tail',
  'js dwconv, a second block of terms',
  'js dwconv, accumulating',
]);
export const dwconvCounters = [fourLanes, oneLane, nextBlock, accumulating];

/** Arithmetic on channels that never meet, in plain JavaScript, in double. */
export const jsDepthwise: Depthwise = {
  dwconv,

  sumRepeats({source, times, out}) {
    for (let i = 0, from = 0; i < out.length; i++) {
      let sum = 0;
      for (const end = from + times; from < end; from++) sum += source[from];
      out[i] = sum;
    }
  },

  applyEpilogue(out, count, n, {bias, activation, slopes, alpha}) {
    const values = out.subarray(0, count * n);
    if (bias) for (let i = 0; i < values.length; ) for (let j = 0; j < n; j++, i++) values[i] += bias[j];
    activations[activation].apply(values, slopes ?? [alpha]);
  },
};

function dwconv(work: Dwconv): void {
  const {rows, terms, out, lanes, accumulate} = work;
  if (lanes >= 4) countHit?.(fourLanes);
  if (lanes % 4 > 0) countHit?.(oneLane);
  if (terms.length / 2 > blockTerms) countHit?.(nextBlock);
  if (accumulate) countHit?.(accumulating);
  const sums = new Float64Array(lanes);
  for (let row = 0; row < rows.length; row += 2) {
    sums.fill(0);
    for (let first = 0; first < terms.length; first += 2 * blockTerms) {
      addTerms(work, rows[row], first, Math.min(terms.length, first + 2 * blockTerms), sums);
    }
    const to = rows[row + 1] >> 2;
    for (let lane = 0; lane < lanes; lane++) out[to + lane] = accumulate ? out[to + lane] + sums[lane] : sums[lane];
  }
}

function addTerms({source, terms, filter}: Dwconv, from: number, first: number, end: number, sums: Float64Array): void {
  let lane = 0;
  for (; lane + 4 <= sums.length; lane += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let t = first; t < end; t += 2) {
      const i = ((from + terms[t]) >> 2) + lane;
      const j = (terms[t + 1] >> 2) + lane;
      s0 += source[i] * filter[j];
      s1 += source[i + 1] * filter[j + 1];
      s2 += source[i + 2] * filter[j + 2];
      s3 += source[i + 3] * filter[j + 3];
    }
    sums[lane] += s0;
    sums[lane + 1] += s1;
    sums[lane + 2] += s2;
    sums[lane + 3] += s3;
  }
  for (; lane < sums.length; lane++) {
    let sum = 0;
    for (let t = first; t < end; t += 2)
      sum += source[((from + terms[t]) >> 2) + lane] * filter[(terms[t + 1] >> 2) + lane];
    sums[lane] += sum;
  }
}
