import {ulpOf} from './coordinateGroups.js';
import {type Direction, stepAlong} from './direction.js';
import {deviations, type Point, weightedBound, weightedSum} from './point.js';
import {largest} from './vector.js';
import {type Fit, fitWindow, gapWeight, noiseWeight, reach, ulpWeight} from './window.js';

// Loops over outputs call these functions. In test runners, each access to a global is slow.
const {abs, floor, log2, max, min, sqrt} = Math;
const {isFinite: isNumber} = Number;

/** A slope of ⟨f, dy⟩ per unit of a direction. */
export interface Estimate {
  value: number;
  /** The error bound, assuming that f is constant where it looks constant. */
  tolerance: number;
  /** The error bound if rounding inside f has swallowed steps where f looks constant. */
  loose: number;
  /** Whether any output moved at all. */
  moves: boolean;
}

/** The outputs of f along a line x + t·v, in windows of several widths. Window n has the spacing ½·4⁻ⁿ. */
export interface Line {
  input: number;
  direction: Direction;
  /** The level of the narrowest window in which float32 takes the steps exactly. */
  finest: number;
  /**
   * Evaluates f in a window and returns the estimate from this window alone. `rounding` is the part of the tolerance that a narrower window
   * does not reduce.
   */
  evaluateWindow(level: number): Promise<Estimate & {rounding: number}>;
  /** The estimate that takes the best window of each output. @param dy the weights; those of the point by default */
  bestEstimate(dy?: Float32Array): Estimate;
  /** The estimate from each window that has been evaluated, the narrowest first. It ignores what rounding may have swallowed. */
  windows(dy: Float32Array): (Estimate & {level: number})[];
  /** Whether a window narrower than the best one does not resolve some output. The best window may then show a wave that is not there. */
  isAliased(dy: Float32Array): boolean;
  /** Whether an output that moves elsewhere is constant in its best window, or between two neighbouring points of it. */
  hasPlateau(dy: Float32Array): boolean;
  /** Whether the slope on one side alone is `slope`, in the two narrowest windows in which rounding would let `difference` show. */
  hasSide(dy: Float32Array, slope: number, difference: number): boolean;
  /** Whether the slopes on both sides differ however narrow the window is. */
  isKink(tolerance: number): boolean;
  /** Whether f deviates so much from smoothness in the best windows that rounding hardly explains it. f may then consist of steps. */
  isStaircase(dy: Float32Array): boolean;
  /** The share of a step that float32 may have lost in a window of this level. */
  lostAt(level: number): number;
  /** Finds the places where f starts to move on either side, and with them the height of the first steps there. */
  findOnset(): Promise<void>;
  /** Returns dy without the outputs that cost most of the tolerance, so that the others together are within `goal`. */
  mask(goal: number): Mask | undefined;
}

export interface Mask {
  dy: Float32Array;
  /** The outputs left out, and how many of the others move. */
  masked: readonly number[];
  left: number;
}

/**
 * A step larger than this share of all values in sight is f's own. Rounding inside f could cause it only with values 2¹⁴ times as large.
 */
const ownStep = 2 ** -9;
/** In doubt, a deviation from smoothness counts as f's own from this share on. */
const doubtfulStep = 2 ** -13;
/** A plateau counts as flat if even the largest hidden step is at most this share of f's usual slope. */
const flat = 1 / 4;
/**
 * A window tells something about an output only if the unexplained part is small. It must be at most `noisy` times the noise, or at most
 * `resolved` times how far the output moves there. A sine looks flat through a window of a thousand waves.
 */
const noisy = 24;
const resolved = 1 / 8;
/** The tolerance of an output about which no window tells anything. Unlike infinity, a large number can be written as JSON. */
const unknown = 1e100;
/** What an output that never moves may hide, as a share of its size elsewhere. */
const hiddenShare = 2 ** -20;

export function lineThrough(point: Point, input: number, direction: Direction): Line {
  const {tested, values, here, localRounding, unit} = point;
  const {noise, quantum, size, range, extent} = localRounding;
  const outputs = here.length;
  const count = direction.indices.length;
  const least = direction.weights.reduce((least, weight) => min(least, abs(weight)), Number.MAX_VALUE);
  const farthest = direction.indices.reduce((most, i) => max(most, abs(values[input][i])), 0);
  const finest = max(0, min(8, floor(log2(least / (128 * ulpOf(farthest))) / 2)));
  /** How many hidden steps may add up to a difference that does not show: one at each end, for each coordinate. */
  const hiddenSteps = count === 1 ? 2 : 2 * deviations * sqrt(count);
  const inSight = Float64Array.from(size, (value) => ownStep * max(value, farthest, least));
  /** If an output is 0 all around, values inside f are assumed to be as large as the other outputs, or large. */
  const unknownSize = largest(size) || 2 ** 11;
  const ulp = (value: number) => 2 * unit * abs(value) + 2 ** -149;

  const nodes = new Map<number, Float32Array>();
  const levels = new Set<number>();
  const bends = new Map<number, Bend>();
  let widest = 0;
  /** For each output: the slope of its best window, its tolerance, and the half-width of the plateau in it, or 0. */
  const best: Window & {level: Int8Array} = {
    level: new Int8Array(outputs).fill(-128),
    slope: new Float64Array(outputs),
    bar: new Float64Array(outputs).fill(unknown),
    plateau: new Float64Array(outputs),
  };
  /** For each output, the level of the narrowest window that does not resolve it. */
  const unresolved = new Int8Array(outputs).fill(-128);
  const everMoves = new Uint8Array(outputs);
  /** For each output, the smallest difference between neighbouring values, near the point and far from it. */
  const step = quantum.slice();
  /** The size of values near the place where f starts to move. A step that is small beside it is only rounding. */
  const sizeAtOnset = size.slice();

  const at = async (t: number) => {
    let output = nodes.get(t);
    if (!output) {
      const there = stepAlong(values[input], direction, t);
      output = await tested.evaluate(values.map((data, i) => (i === input ? there : data)));
      nodes.set(t, output);
    }
    return output;
  };

  /** The slope that rounding may hide on an output's plateau. */
  const hidden = (j: number, width: number) => (width === 0 ? 0 : (hiddenSteps * step[j]) / width);
  const isFlat = (j: number, width: number) => step[j] > inSight[j] || step[j] / width <= (flat * range[j]) / extent;
  const rate = (j: number, bar: number, width: number) =>
    width === 0 || isFlat(j, width) ? bar : bar + hidden(j, width);

  /** The window that was read last. With many outputs, a new one each time would keep the garbage collector busy. */
  const window = {
    slope: new Float64Array(outputs),
    bar: new Float64Array(outputs),
    plateau: new Float64Array(outputs),
    rounding: new Float64Array(outputs),
    gap: new Float64Array(outputs),
    up: new Float64Array(outputs),
    down: new Float64Array(outputs),
  };
  const rows = Object.values(window);
  const [tight, loose] = [new Float64Array(outputs), new Float64Array(outputs)];

  /** Reads an evaluated window into `window`. */
  const read = (level: number) => {
    const spacing = spacingOf(level);
    const width = reach * spacing;
    for (const row of rows) row.fill(0);
    const plus = Array.from({length: reach}, (_, k) => nodes.get((k + 1) * spacing)!);
    const minus = Array.from({length: reach}, (_, k) => nodes.get(-(k + 1) * spacing)!);
    const [up, down] = [new Array<number>(reach), new Array<number>(reach)];
    const fit: Fit = {slope: 0, spread: 0, rest: 0, gap: 0};
    for (let j = 0; j < outputs; j++) {
      const middle = here[j];
      let [repeats, moves] = [false, false];
      let [top, bottom] = [middle, middle];
      let sum = 0;
      for (let k = 0; k < reach; k++) {
        up[k] = plus[k][j];
        down[k] = minus[k][j];
        sum += up[k] + down[k];
        top = max(top, up[k], down[k]);
        bottom = min(bottom, up[k], down[k]);
        const above = abs(up[k] - (k === 0 ? middle : up[k - 1]));
        const below = abs(down[k] - (k === 0 ? middle : down[k - 1]));
        if (above === 0 || below === 0) repeats = true;
        if (above > 0 && above < step[j]) step[j] = above;
        if (below > 0 && below < step[j]) step[j] = below;
        if (up[k] !== middle || down[k] !== middle) moves = true;
      }
      if (moves) everMoves[j] = 1;
      if (!isNumber(sum)) {
        window.bar[j] = unknown;
        continue;
      }
      if (repeats) window.plateau[j] = width;
      window.bar[j] = ulp(middle) / width;
      // A plateau may be the effect of rounding, so its noise counts.
      if (everMoves[j] === 1) window.rounding[j] = (ulpWeight * ulp(middle) + noiseWeight * noise[j]) / spacing;
      if (!moves) continue;
      const most = max(abs(top), abs(bottom));
      fitWindow(middle, up, down, fit);
      window.slope[j] = fit.slope / spacing;
      const rounding = ulpWeight * ulp(most) + noiseWeight * noise[j];
      const isNoise = fit.spread <= noisy * (noise[j] + ulp(most));
      window.bar[j] = isNoise || fit.spread <= resolved * (top - bottom) ? (fit.spread + rounding) / spacing : unknown;
      window.rounding[j] = rounding / spacing;
      window.up[j] = (up[reach - 1] - middle) / width;
      window.down[j] = (middle - down[reach - 1]) / width;
      window.gap[j] = fit.gap / spacing;
    }
    return window;
  };

  const estimateOf = (
    dy: Float32Array,
    window: Window,
    barOf: (j: number) => number,
    extraOf: (j: number) => number,
  ) => {
    let moves = false;
    for (let j = 0; j < outputs; j++) {
      tight[j] = barOf(j);
      loose[j] = tight[j] + extraOf(j);
      if (everMoves[j] === 1) moves = true;
    }
    return {
      value: weightedSum(dy, window.slope),
      tolerance: weightedBound(dy, tight),
      loose: weightedBound(dy, loose),
      moves,
    };
  };
  const never = (j: number) => (hiddenShare * (size[j] || unknownSize)) / widest;

  return {
    input,
    direction,
    finest,
    async evaluateWindow(level) {
      const spacing = spacingOf(level);
      for (let k = 1; k <= reach; k++) {
        await at(k * spacing);
        await at(-k * spacing);
      }
      widest = max(widest, reach * spacing);
      const window = read(level);
      if (!levels.has(level)) {
        levels.add(level);
        for (let j = 0; j < outputs; j++) {
          const [bar, width] = [window.bar[j], window.plateau[j]];
          if (bar === unknown) unresolved[j] = max(unresolved[j], level);
          // A wave shorter than the spacing looks like a longer one. If two windows contradict each other, the narrower one is right.
          const contradicts = abs(window.slope[j] - best.slope[j]) > bar + best.bar[j];
          const isNarrower = level > best.level[j];
          const isRuledOut = contradicts && !isNarrower && (best.plateau[j] === 0 || isFlat(j, best.plateau[j]));
          const rules = contradicts && isNarrower && (width === 0 || isFlat(j, width));
          const isBetter = rate(j, bar, width) < rate(j, best.bar[j], best.plateau[j]);
          if (isRuledOut || !(rules || isBetter)) continue;
          best.level[j] = level;
          best.slope[j] = window.slope[j];
          best.bar[j] = bar;
          best.plateau[j] = width;
        }
      }
      const rounding = weightedBound(point.dy, window.rounding);
      const estimate = estimateOf(
        point.dy,
        window,
        (j) => rate(j, window.bar[j], everMoves[j] ? window.plateau[j] : 0),
        () => 0,
      );
      const gap = abs(weightedSum(point.dy, window.gap));
      bends.set(level, {
        level,
        gap,
        noise: (gapWeight / noiseWeight) * rounding,
      });
      return {...estimate, rounding};
    },
    bestEstimate: (dy = point.dy) =>
      estimateOf(
        dy,
        best,
        (j) => (everMoves[j] === 1 ? rate(j, best.bar[j], best.plateau[j]) : ulp(here[j]) / widest),
        (j) => (everMoves[j] === 1 ? hidden(j, best.plateau[j]) : never(j)),
      ),
    windows(dy) {
      return [...levels]
        .sort((a, b) => b - a)
        .map((level) => {
          const window = read(level);
          const estimate = estimateOf(
            dy,
            window,
            (j) => window.bar[j],
            () => 0,
          );
          return {...estimate, level};
        });
    },
    isAliased: (dy) => best.level.some((level, j) => dy[j] !== 0 && everMoves[j] === 1 && unresolved[j] > level),
    hasPlateau: (dy) => best.plateau.some((width, j) => width > 0 && everMoves[j] === 1 && dy[j] !== 0),
    hasSide(dy, slope, difference) {
      const sides = [...levels]
        .sort((a, b) => b - a)
        .map((level) => {
          const {up, down, rounding} = read(level);
          return {up: weightedSum(dy, up), down: weightedSum(dy, down), noise: weightedBound(dy, rounding)};
        })
        .filter(({noise}) => 2 * noise < difference)
        .slice(0, 2);
      return (['up', 'down'] as const).some(
        (side) => sides.length > 0 && sides.every((of) => abs(of[side] - slope) <= of.noise),
      );
    },
    isKink(tolerance) {
      const narrowFirst = [...bends.values()].sort((a, b) => b.level - a.level);
      const narrow = narrowFirst.find(({gap, noise}) => gap > 4 * noise);
      if (!narrow) return false;
      // In a narrower window that is quiet enough, the gap would still show.
      if (narrowFirst.some(({level, noise}) => level > narrow.level && 8 * noise < narrow.gap)) return false;
      const wide = bends.get(narrow.level - 2) ?? bends.get(narrow.level - 1);
      if (!wide || narrow.gap < wide.gap / 2 || (tolerance < unknown / 1e50 && narrow.gap < tolerance / 8))
        return false;
      // The gap of a kink stays the same in wider windows, that of a jump grows. But rounding makes jumps too.
      return narrow.gap < 2 * wide.gap || narrow.gap * spacingOf(narrow.level) > weightedBound(point.dy, inSight);
    },
    isStaircase(dy) {
      const unexplained = best.bar.map((bar, j) => bar * spacingOf(best.level[j]));
      if (weightedBound(dy, unexplained) > (doubtfulStep / ownStep) * weightedBound(dy, inSight)) return true;
      // A smooth f moves by less than this between the points of the narrowest window.
      const narrowest = spacingOf(max(...levels));
      return step.some(
        (height, j) =>
          dy[j] !== 0 &&
          everMoves[j] === 1 &&
          height < Number.POSITIVE_INFINITY &&
          height > 64 * ulp(sizeAtOnset[j]) &&
          height > 4 * abs(best.slope[j]) * narrowest,
      );
    },
    lostAt: (level) => (ulpWeight * ulpOf(farthest)) / (least * spacingOf(level)),
    async findOnset() {
      const isStill = (output: Float32Array) => output.every((value, j) => value === here[j]);
      const onset = new Float64Array(outputs);
      const beyond = new Float64Array(outputs).fill(Number.POSITIVE_INFINITY);
      for (const side of [1, -1]) {
        const onSide = () => [...nodes.keys()].filter((t) => t * side > 0).sort((a, b) => abs(a) - abs(b));
        const reached = onSide();
        const first = reached.findIndex((t) => !isStill(nodes.get(t)!));
        if (first < 0) continue;
        let [inside, outside] = [reached[first - 1] ?? 0, reached[first]];
        const risen = nodes.get(outside)!;
        for (let halving = 0; halving < 22; halving++) {
          const middle = (inside + outside) / 2;
          if (isStill(await at(middle))) inside = middle;
          else outside = middle;
        }
        const outward = onSide().map((t) => nodes.get(t)!);
        for (let j = 0; j < outputs; j++) {
          const least = outward.reduce((least, output) => {
            const difference = abs(output[j] - here[j]);
            return difference > 0 ? min(least, difference) : least;
          }, Number.MAX_VALUE);
          if (least === Number.MAX_VALUE) continue;
          onset[j] = max(onset[j], least);
          beyond[j] = min(beyond[j], abs(risen[j] - here[j]));
        }
      }
      // Rounding may hide more on one side than on the other, as for elu below 0. A side that never moves hides nothing.
      for (let j = 0; j < outputs; j++) {
        if (onset[j] === 0) continue;
        step[j] = onset[j];
        if (beyond[j] > sizeAtOnset[j]) sizeAtOnset[j] = beyond[j];
      }
    },
    mask(goal) {
      const {dy} = point;
      const bars = Float64Array.from(dy, (weight, j) =>
        everMoves[j] === 1 ? abs(weight) * rate(j, best.bar[j], best.plateau[j]) : 0,
      );
      const order = Uint32Array.from(bars.keys()).sort((a, b) => bars[a] - bars[b]);
      let [kept, square, left] = [0, 0, 0];
      for (; kept < outputs; kept++) {
        square += bars[order[kept]] ** 2;
        if (!(deviations * sqrt(square) <= goal)) break;
        if (everMoves[order[kept]] === 1) left++;
      }
      if (kept === outputs || left === 0) return undefined;
      const masked = [...order.subarray(kept)];
      const rest = dy.slice();
      for (const j of masked) rest[j] = 0;
      return {dy: rest, masked, left};
    },
  };
}

/** The gap between the slopes on both sides in a window. */
interface Bend {
  level: number;
  gap: number;
  noise: number;
}

/** One number for each output. */
interface Window {
  slope: Float64Array;
  bar: Float64Array;
  /** The half-width of a window in which two neighbouring values are equal; 0 in others. */
  plateau: Float64Array;
}

/** The distance between two points of a window, per unit of the direction. */
export function spacingOf(level: number): number {
  return 0.5 * 4 ** -level;
}
