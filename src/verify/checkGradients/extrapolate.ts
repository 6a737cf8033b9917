import type {Line} from './line.js';

/** A slope extrapolated to step 0. */
export interface Estimate {
  value: number;
  /** What it may be off by: twice the truncation that the steps show and six standard deviations of rounding. */
  tolerance: number;
  /** The smallest step used, and f's bend there and at the step before. */
  step: number;
  bends: readonly [number, number];
  noise: number;
}

/** Steps are halved this often at most: 2⁻¹⁶ of x is where float32 ends. */
const levels = 15;
export const deviations = 6;

/**
 * Ridders' method: central differences at steps t, t/2, t/4, …, extrapolated in t² (Neville). An entry of the tableau is off by about its
 * distance from its neighbours, and by the rounding that its weights let through; the entry with the least of both is the estimate. Goes on
 * until that is enough, or until rounding alone is more.
 *
 * @returns undefined where no step stays inside f's domain, or where f is rough
 * @param enough the tolerance to stop at, for an estimate
 */
export async function extrapolate(
  line: Line,
  first: number,
  enough: (value: number) => number,
): Promise<Estimate | undefined> {
  let above: {value: number; rounding: number}[] = [];
  let best: Estimate | undefined;
  let bend = Number.NaN;
  let finite = 0;
  for (let level = 0, t = first; level < levels; level++, t /= 2) {
    const pair = await line.pair(t);
    if (!pair) {
      // Outside f's domain: begin anew, closer.
      [above, finite] = [[], 0];
      continue;
    }
    // A function that is mostly noise from one float32 to the next has no slope to speak of.
    if (finite === 0 && pair.noise > pair.size / 16) return undefined;
    finite++;
    const row = [{value: pair.slope, rounding: pair.noise / (Math.SQRT2 * t)}];
    const bends = [pair.bend, bend] as const;
    bend = pair.bend;
    for (let j = 1; j <= above.length; j++) {
      const weight = 4 ** j;
      const [fine, coarse] = [row[j - 1], above[j - 1]];
      const value = (weight * fine.value - coarse.value) / (weight - 1);
      const rounding = (weight * fine.rounding + coarse.rounding) / (weight - 1);
      row.push({value, rounding});
      const truncation = Math.max(Math.abs(value - fine.value), Math.abs(value - coarse.value));
      const tolerance = 2 * truncation + deviations * rounding;
      // Two steps can agree by chance; three hardly.
      if (finite > 2 && !(tolerance >= (best?.tolerance ?? Number.POSITIVE_INFINITY)))
        best = {value, tolerance, step: t, bends, noise: pair.noise};
    }
    above = row;
    if (best && (best.tolerance <= enough(best.value) || deviations * row[0].rounding > best.tolerance)) break;
  }
  return best;
}
