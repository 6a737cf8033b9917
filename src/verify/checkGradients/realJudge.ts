import {levelAboveAbsorption} from './absorption.js';
import {type Direction, directionalDerivative, stepAlong} from './direction.js';
import type {Finding, Judge} from './inspectInput.js';
import {type Estimate, type Line, lineThrough, spacingOf} from './line.js';
import {deviations, type Point} from './point.js';
import {largest} from './vector.js';
import {fitWindow, reach} from './window.js';

/** The level of the widest window that is tried where narrower ones do not show enough. */
const widestLevel = -6;
/** A slope whose tolerance is at most this share of it needs no better window. */
const enough = 2 ** -14;
/** How many windows are tried in which tiny inputs become large. */
const wideWindows = 3;
/** The steps of a second opinion, as a share of those of the first. The number has many digits, since rounding may repeat at even steps. */
const second = 0.7236067977;
/**
 * The steps at which the gradient's own rounding is measured, in spacings. The numbers have many digits, since rounding may repeat at even
 * steps. The residuals of one window may all be small by chance; those of several windows hardly are.
 */
const noiseWidths = [second / 2, 0.83 * second, 1.17 * second, 1.31 * second, 3 * second];
/** The relative rounding error of a gradient. */
const rounding = 2 ** -20;
/** The absolute rounding error of a gradient: eight times the smallest float32. */
const underflow = 2 ** -146;
/** A gradient below this may suffer from underflow. To find out, dy is multiplied by `enlarged`. */
const tiny = 2 ** -90;
const enlarged = 2 ** 20;
/** A little farther away, at most this share of the gradient counts as its rounding. */
const farShare = 2 ** -11;
/** The error of the gradient under test may be this many times its residual. */
const gradientWeight = 8;

/**
 * Judges on the caller's own values. A gradient is wrong only if two sets of windows reject it, and if they agree with each other and with
 * every narrower window. The values of the gradient along the line must not look like rounding either.
 */
export function realJudge(point: Point, gradients: readonly Float32Array[]): Judge {
  const {tested, values} = point;
  /** For each input, the level of the best window of its last line. */
  const hints = values.map(() => 0);

  return async (input, direction, typical, quick = false) => {
    await tested.repeat(values, point.here);
    const analytic = directionalDerivative(gradients[input], direction);
    const own = ownRounding(gradients[input], direction);
    const goalOf = ({value}: Estimate) => enough * Math.max(Math.abs(value), typical);
    const line = lineThrough(point, input, direction);
    const level = await scan(line, hints[input], goalOf, analytic !== 0);
    hints[input] = Math.max(0, level);
    const estimate = line.bestEstimate();
    if (quick) {
      const isOff = Math.abs(analytic - estimate.value) > estimate.loose + own;
      return finding(isOff ? 'wrong' : line.isKink(estimate.tolerance) ? 'kink' : 'agrees', analytic, estimate, own);
    }
    const coarsest = Math.max(5e-4 * Math.abs(estimate.value), typical / 32);
    /** Judges a gradient, for the point's dy or for another one. */
    const compare = async (dy: Float32Array, analytic: number, own: number): Promise<Finding> => {
      const estimate = line.bestEstimate(dy);
      if (agrees(analytic, estimate, own)) return finding('agrees', analytic, estimate, own);
      const verdict = await examineDifference(point, line, {dy, analytic, own, goalOf, level});
      // `examineDifference` may have looked through more windows.
      const settled = line.bestEstimate(dy);
      const isSettled = verdict === 'open' && agrees(analytic, settled, own);
      return finding(isSettled ? 'agrees' : verdict, analytic, settled, own);
    };

    if (estimate.tolerance + own <= coarsest) return compare(point.dy, analytic, own);
    // Some outputs are near a kink. The others can be judged without them.
    const mask = line.mask(coarsest / 2);
    if (mask && mask.left >= mask.masked.length) {
      const found = (await tested.gradients(values, mask.dy)).gradients[input];
      const rest = found ?? new Float32Array(values[input].length);
      const comparison = await compare(mask.dy, directionalDerivative(rest, direction), ownRounding(rest, direction));
      return {...comparison, masked: mask.masked};
    }
    if (line.isKink(estimate.tolerance)) return finding('kink', analytic, estimate, own);
    return compare(point.dy, analytic, own);
  };
}

function agrees(analytic: number, {value, tolerance}: Estimate, own: number): boolean {
  return Math.abs(analytic - value) <= tolerance + own;
}

function finding(verdict: Finding['verdict'], analytic: number, {value, tolerance}: Estimate, own: number): Finding {
  return {verdict, analytic, numeric: value, error: Math.abs(analytic - value), tolerance: tolerance + own};
}

/** How large the rounding error of the gradient under test may be along a direction. */
function ownRounding(gradient: Float32Array, {indices, weights}: Direction): number {
  let [sum, square] = [0, 0];
  for (let k = 0; k < indices.length; k++) {
    const share = Math.abs(weights[k]) * (rounding * Math.abs(gradient[indices[k]]) + underflow);
    sum += share;
    square += share * share;
  }
  return Math.min(sum, deviations * Math.sqrt(square));
}

/**
 * Looks through narrower and narrower windows until their estimate is good enough or gets worse. If necessary, it then looks through wider
 * ones.
 * @returns the level of the window with the smallest tolerance
 */
async function scan(
  line: Line,
  from: number,
  goalOf: (estimate: Estimate) => number,
  mustMove: boolean,
): Promise<number> {
  let [best, bestLevel] = [Number.POSITIVE_INFINITY, Math.min(from, line.finest)];
  const isEnough = () => {
    const estimate = line.bestEstimate();
    return estimate.tolerance <= goalOf(estimate) && (estimate.moves || !mustMove);
  };
  const look = async (level: number) => {
    const {tolerance, rounding, moves} = await line.evaluateWindow(level);
    if (moves && tolerance < best) [best, bestLevel] = [tolerance, level];
    return rounding;
  };
  const start = bestLevel;
  for (let level = start; level <= line.finest; level++) {
    const rounding = await look(level);
    if (isEnough()) return bestLevel;
    // The next window has four times as much rounding.
    if (4 * rounding > best) break;
  }
  for (let level = start - 1; level >= widestLevel; level--) {
    const before = best;
    await look(level);
    if (isEnough()) return bestLevel;
    if (level < 0 && best === before && line.bestEstimate().moves) break;
  }
  return bestLevel;
}

interface Suspicion {
  dy: Float32Array;
  analytic: number;
  own: number;
  goalOf: (estimate: Estimate) => number;
  level: number;
}

/** Decides whether a gradient that differs from the windows' estimate is wrong, or whether the windows cannot tell. */
async function examineDifference(
  point: Point,
  line: Line,
  {dy, analytic, own, goalOf, level}: Suspicion,
): Promise<Finding['verdict']> {
  const {input, direction} = line;
  const isOff = (estimate: Estimate, expected: number, slack: number) =>
    Math.abs(expected - estimate.value) > estimate.loose + slack;
  for (let near = Math.min(0, level); near <= line.finest; near++) await line.evaluateWindow(near);
  if (!(await examinePlateaus(line, dy))) return 'open';
  const estimate = line.bestEstimate(dy);
  if (!isOff(estimate, analytic, own)) return 'open';
  if (line.isKink(estimate.tolerance)) return 'kink';
  // At a jump, one side is flat.
  const hasSide = line.hasSide(dy, analytic, Math.abs(analytic - estimate.value));
  if (line.isStaircase(dy) || line.isAliased(dy)) return hasSide ? 'kink' : 'open';
  const slack = own + (await gradientNoise(point, line, dy, level)) + (await underflowOf(point, line, dy, analytic));
  if (!isOff(estimate, analytic, slack)) return 'open';
  // f may bend too fast for all but the narrowest windows.
  const isContradicted = line
    .windows(dy)
    .some(
      ({value, tolerance}) =>
        Math.abs(value - estimate.value) > tolerance + estimate.loose &&
        Math.abs(value - analytic) <= tolerance + slack,
    );
  if (isContradicted || hasSide) return 'open';
  // The slope must stay the same where the inputs are large enough beside constants inside f.
  const clearOfOne = levelAboveAbsorption(point, line);
  if (clearOfOne !== undefined) {
    if (clearOfOne === Number.NEGATIVE_INFINITY) return 'open';
    for (let wide = clearOfOne; wide > clearOfOne - wideWindows; wide--) await line.evaluateWindow(wide);
    const stays = line
      .windows(dy)
      .some(
        ({level, value, tolerance}) =>
          level <= clearOfOne &&
          Math.abs(value - estimate.value) <= tolerance + estimate.loose &&
          Math.abs(value - analytic) > tolerance + slack,
      );
    if (!stays) return 'open';
  }
  // This is a second opinion, at other points.
  const other = lineThrough(point, input, {...direction, weights: direction.weights.map((weight) => weight * second)});
  const otherLevel = await scan(other, level, goalOf, true);
  await examinePlateaus(other, dy);
  const again = other.bestEstimate(dy);
  if (other.isStaircase(dy)) return 'open';
  // The steps of the second line are not exact.
  const lost = Math.abs(analytic) * other.lostAt(otherLevel);
  const same = Math.abs(again.value / second - estimate.value) <= (again.loose + lost) / second + estimate.loose;
  return same && isOff(again, analytic * second, slack + lost) ? 'wrong' : 'open';
}

/**
 * Where f is constant, rounding may hide a slope. The hidden part is no larger than the first step, at the place where f starts to move.
 * With many coordinates, each has such a place of its own, so the coordinates have to be examined one by one.
 * @returns whether the hidden part is known now
 */
async function examinePlateaus(line: Line, dy: Float32Array): Promise<boolean> {
  if (!line.hasPlateau(dy)) return true;
  if (line.direction.indices.length > 1) return false;
  for (let level = line.finest; level >= widestLevel; level--) await line.evaluateWindow(level);
  await line.findOnset();
  return true;
}

/**
 * How much the gradient under test rounds: the part of its values along the line that no smooth function explains. If two neighbouring
 * values are equal, it may move in steps as large as the rounding of dy.
 */
async function gradientNoise(point: Point, line: Line, dy: Float32Array, level: number): Promise<number> {
  const {tested, values} = point;
  const {input, direction} = line;
  const slopeAt = async (t: number) => {
    const there = values.map((data, i) => (i === input ? stepAlong(data, direction, t) : data));
    const found = await tested.gradients(there, dy).catch(() => undefined);
    const gradient = found?.gradients[input];
    return gradient ? directionalDerivative(gradient, direction) : 0;
  };
  const length = Math.sqrt(direction.weights.reduce((sum, weight) => sum + weight ** 2, 0));
  const middle = await slopeAt(0);
  const fit = {slope: 0, spread: 0, rest: 0, gap: 0};
  const noiseAt = async (spacing: number) => {
    let noise = 0;
    for (const width of noiseWidths) {
      const [up, down]: number[][] = [[], []];
      for (let k = 1; k <= reach; k++) {
        up.push(await slopeAt(k * width * spacing));
        down.push(await slopeAt(-k * width * spacing));
      }
      fitWindow(middle, up, down, fit);
      if (!Number.isFinite(fit.rest)) continue;
      const row = [...[...down].reverse(), middle, ...up];
      const repeats = row.some((slope, k) => k > 0 && slope === row[k - 1]);
      const own = gradientWeight * fit.rest + (repeats ? rounding * largest(dy) * length : 0);
      // Farther away the gradient may bend, so at most this share of it counts as rounding.
      noise = Math.max(noise, width < 1 ? own : Math.min(own, farShare * Math.abs(middle)));
    }
    return noise;
  };
  const noise = await noiseAt(spacingOf(level));
  // Noise that shows only where inputs are many times as large, or have the other sign, is no rounding either.
  if (level >= 0 || noise <= farShare * Math.abs(middle)) return noise;
  return Math.min(noise, Math.max(await noiseAt(spacingOf(0)), farShare * Math.abs(middle)));
}

/**
 * How much a tiny gradient suffers from intermediate results that are too small for float32. The gradient is linear in dy, so a computation
 * with a larger dy shows it.
 */
async function underflowOf({tested, values}: Point, {input, direction}: Line, dy: Float32Array, analytic: number) {
  if (Math.abs(analytic) > tiny) return 0;
  const found = await tested.gradients(
    values,
    dy.map((weight) => weight * enlarged),
  );
  const gradient = found.gradients[input];
  return gradient ? 2 * Math.abs(directionalDerivative(gradient, direction) / enlarged - analytic) : 0;
}
