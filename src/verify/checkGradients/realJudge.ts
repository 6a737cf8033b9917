import {along} from './direction.js';
import {deviations, type Estimate, extrapolate} from './extrapolate.js';
import type {Status} from './gradientReport.js';
import {finding, type Judge} from './inspectInput.js';
import {isKink} from './isKink.js';
import {type Line, lineThrough, type Point} from './line.js';
import {rootMeanSquare} from './vector.js';

/** The first step, as a fraction of x; an odd one, because functions that round repeat at even ones. */
const firstStep = 0.2371;
/** A finite difference that may be off by more than this share of the gradient decides nothing: a thousandth too much must show. */
const decisive = 5e-4;
/** Where it is this good, smaller steps are not worth their time. */
const enough = 2 ** -14;
/** The steps of a second opinion, relative to those of the first, so that no point is used twice. */
const elsewhere = 0.4;
const opinions = 6;

/**
 * Judges on the caller's own values: central differences extrapolated to step 0, with an estimate of their error. A gradient is wrong only
 * if two estimates from different steps say so and agree with each other; where they do not agree, f turns between their steps, and the
 * finer one counts.
 *
 * @param scales how large x is, for each input
 */
export function realJudge(point: Point, scales: readonly number[]): Judge {
  const typical = point.gradients.map(rootMeanSquare);
  return async (input, direction) => {
    const {indices} = direction;
    const line = lineThrough(point, input, direction);
    const analytic = along(point.gradients[input], direction);
    // A coordinate far below the input's typical gradient needs no digits of its own.
    const least = Math.max(Math.abs(analytic), typical[input] * Math.sqrt(indices.length));
    const decides = ({value, tolerance}: Estimate) => tolerance <= decisive * Math.max(Math.abs(value), least);
    const rejects = ({value, tolerance}: Estimate) => !(Math.abs(value - analytic) <= tolerance);
    const say = (status: Status, {value, tolerance}: Estimate) => finding(status, analytic, value, tolerance);

    const size = indices.length === 1 ? Math.abs(point.values[input][indices[0]]) : 0;
    let step = firstStep * Math.max(scales[input], size);
    let doubted: Estimate | undefined;
    for (let opinion = 0; opinion < opinions; opinion++, step *= elsewhere) {
      const estimate = await extrapolate(line, step, (value) => enough * Math.max(Math.abs(value), least));
      if (!estimate) break;
      if (doubted && Math.abs(estimate.value - doubted.value) <= estimate.tolerance + doubted.tolerance)
        return say(rejects(estimate) && (await isLocal(line, doubted, step)) ? 'wrong' : 'undecided', doubted);
      if (await isKink(line, estimate)) return say('kink', estimate);
      // Equal to the last digit also decides where there is no gradient to hold the tolerance against.
      if (estimate.value !== analytic && !decides(estimate)) return say('undecided', estimate);
      if (!rejects(estimate)) return say('right', estimate);
      doubted = estimate;
    }
    return say('undecided', doubted ?? nothing);
  };
}

/** Whether a slope found at large steps still shows at the smallest: f may turn too fast for any ladder of steps to see. */
async function isLocal(line: Line, {value, tolerance}: Estimate, step: number): Promise<boolean> {
  const closest = step * 2 ** -12;
  const pair = await line.pair(closest);
  return (
    pair !== undefined && Math.abs(pair.slope - value) <= tolerance + (deviations * pair.noise) / (Math.SQRT2 * closest)
  );
}

/** No slope at all. */
const nothing: Estimate = {
  value: Number.NaN,
  tolerance: Number.POSITIVE_INFINITY,
  step: 0,
  gap: 0,
  noise: Number.POSITIVE_INFINITY,
};
