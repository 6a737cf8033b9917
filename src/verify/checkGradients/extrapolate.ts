import {gapOf, type Line, type Pair} from './line.js';

/** A slope extrapolated to step 0. */
export interface Estimate {
  value: number;
  /** What it may be off by: twice the truncation that the steps show, six standard deviations of rounding, and the gap. */
  tolerance: number;
  /** The smallest step used, and how far the slopes on both sides are apart there. */
  step: number;
  gap: number;
  noise: number;
}

/** Steps are halved this often at most: float32 ends there. */
const levels = 15;
export const deviations = 6;

/**
 * Ridders' method: central differences at steps t, t/2, t/4, …, extrapolated in t² (Neville). An entry of the tableau is off by about its
 * distance from its neighbours, by the rounding that its weights let through, and, when a kink is nearer than the steps, by up to half the
 * gap that this leaves between the slopes on both sides. The entry with the least of all that is the estimate. Goes on until that is
 * enough, or until rounding alone is more.
 *
 * @param enough the tolerance to stop at, for an estimate
 * @returns undefined where no step stays inside f's domain, or where f is rough
 */
export async function extrapolate(
  line: Line,
  first: number,
  enough: (value: number) => number,
): Promise<Estimate | undefined> {
  let above: {value: number; rounding: number}[] = [];
  let best: Estimate | undefined;
  let pairs: Pair[] = [];
  for (let level = 0, step = first; level < levels; level++, step /= 2) {
    const pair = await line.pair(step);
    if (!pair) {
      // Outside f's domain: begin anew, closer.
      [above, pairs] = [[], []];
      continue;
    }
    // A function that is mostly noise from one float32 to the next has no slope to speak of.
    if (pairs.length === 0 && pair.noise > pair.size / 16) return undefined;
    pairs = [pair, ...pairs];
    const row = [{value: pair.slope, rounding: pair.noise / (Math.SQRT2 * step)}];
    for (let j = 1; j <= above.length; j++) {
      const weight = 4 ** j;
      const [fine, coarse] = [row[j - 1], above[j - 1]];
      const value = (weight * fine.value - coarse.value) / (weight - 1);
      const rounding = (weight * fine.rounding + coarse.rounding) / (weight - 1);
      row.push({value, rounding});
      // Two steps can agree by chance; three hardly.
      if (pairs.length < 3) continue;
      const gap = gapOf(pairs);
      const truncation = Math.max(Math.abs(value - fine.value), Math.abs(value - coarse.value));
      const tolerance = 2 * truncation + deviations * rounding + gap;
      if (!best || tolerance < best.tolerance) best = {value, tolerance, step, gap, noise: pair.noise};
    }
    above = row;
    if (best && (best.tolerance <= enough(best.value) || deviations * row[0].rounding > best.tolerance)) break;
  }
  return best;
}
