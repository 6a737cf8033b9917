import {drawIntegers, drawReals} from './draw.js';
import {type FunctionUnderTest, UnstableFunctionError} from './functionUnderTest.js';
import {rootMeanSquare, sizeOf} from './vector.js';

/** Integers on which f and its gradient are exact. */
export interface IntegerPoint {
  values: Float32Array[];
  dy: Float32Array;
}

/** The number of draws. Each is one chance for a bend in f to show. */
const draws = 3;
/**
 * The factors of the linearity test: the other sign, a multiple, a share at which rounding to integers would show, and a size that reaches
 * past clips.
 */
const factors = [-1, 3, 1 / 8, 64];
/** The rounding error that a large sum may have, as a share of it. */
const rounding = 2 ** -14;
/** Directions move integers by 4 to 7. */
export const integerStep = 4;
const longest = 7;
/** The ranges are tried in turn until everything stays below 2²⁴, the limit of float32. */
const ranges = [8, 4, 2, 1];

/**
 * Finds integers for a function that is linear in each of its inputs, up to a constant. If there are none, it returns the reason. Such a
 * function has no truncation error at any step, so its finite differences are the gradient, bit for bit.
 *
 * The test of linearity is exact on signed draws: f(a + b) − f(a) − f(b) + f(0) = 0 and f(ca) − f(0) = c(f(a) − f(0)) in each input. f is
 * also tested where the caller's own values lie, up to rounding, so that a bend between here and there shows.
 */
export async function findIntegers(
  tested: FunctionUnderTest,
  own: readonly Float32Array[],
  outputSize: number,
  seed: number,
): Promise<IntegerPoint | string> {
  try {
    const bend = await bendAt(tested, own, seed);
    if (bend !== undefined) return bend;
    for (const range of ranges) {
      const bends = [];
      for (let nth = 0; nth < draws && bends.length === 0; nth++) {
        const bend = await bendAmongIntegers(tested, range, `${seed}/${range}/${nth}`);
        if (bend !== undefined) bends.push(bend);
      }
      if (bends.length > 0 && !bends[0].overflow) return bends[0].reason;
      if (bends.length > 0) continue;
      const point = {
        values: tested.shapes.map((shape, k) => drawIntegers(sizeOf(shape), range, `${seed}/${range}/point/${k}`)),
        dy: drawIntegers(outputSize, range, `${seed}/${range}/dy`),
      };
      if (await staysExact(tested, point)) return point;
    }
    return 'even on ±1 its sums get too large to be exact';
  } catch (error) {
    if (error instanceof UnstableFunctionError) throw error;
    return 'f does not accept integers of both signs';
  }
}

/** Tests that f is just as linear where the caller's values lie, as far as rounding lets that show. */
async function bendAt(
  tested: FunctionUnderTest,
  own: readonly Float32Array[],
  seed: number,
): Promise<string | undefined> {
  const f = evaluator(tested, own);
  const here = await f();
  for (const k of own.keys()) {
    const scale = rootMeanSquare(own[k]) || 1;
    const step = combine([scale, drawReals(own[k].length, `${seed}/own/${k}`)]);
    const there = await f(k, combine([1, own[k]], [1, step]));
    const atStep = await f(k, step);
    const atZero = await f(k, new Float32Array(step.length));
    const size = [here, there, atStep, atZero].reduce((sum, output) => sum + largest(output), 0);
    // The negation makes NaN count as a bend.
    if (here.some((value, j) => !(Math.abs(there[j] - value - atStep[j] + atZero[j]) <= size * rounding)))
      return `f is not linear in input ${k}`;
  }
  return undefined;
}

async function bendAmongIntegers(tested: FunctionUnderTest, range: number, text: string) {
  const drawAll = (name: string) =>
    tested.shapes.map((shape, k) => drawIntegers(sizeOf(shape), range, `${text}/${name}/${k}`));
  const [base, other] = [drawAll('a'), drawAll('b')];
  const f = evaluator(tested, base);
  const tooLarge = exceeds(tested);
  const atA = await f();
  for (const [k, a] of base.entries()) {
    const b = other[k];
    const atZero = await f(k, new Float32Array(a.length));
    const atB = await f(k, b);
    const atSum = await f(k, combine([1, a], [1, b]));
    for (const output of [atA, atZero, atB, atSum]) {
      if (!output.every(Number.isInteger)) return {overflow: false, reason: 'f turns integers into fractions'};
      if (output.some(tooLarge)) return {overflow: true, reason: ''};
    }
    const bends = {overflow: false, reason: `f is not linear in input ${k}`};
    if (atSum.some((value, j) => value - atA[j] - atB[j] + atZero[j] !== 0)) return bends;
    for (const factor of factors) {
      const scaled = await f(k, combine([factor, a]));
      if (scaled.some(tooLarge)) return {overflow: true, reason: ''};
      if (scaled.some((value, j) => value - atZero[j] !== factor * (atA[j] - atZero[j]))) return bends;
    }
  }
  return undefined;
}

/**
 * Absolute values everywhere, and the longest step from there, make sums as large as they can get. If these sums stay below 2²⁴, nothing
 * was ever rounded.
 */
async function staysExact(tested: FunctionUnderTest, {values, dy}: IntegerPoint): Promise<boolean> {
  const tooLarge = exceeds(tested);
  const absolute = values.map((data) => data.map((value) => Math.abs(value) + longest));
  if ((await tested.evaluate(absolute)).some(tooLarge)) return false;
  // The report tells about a gradient that throws.
  const gradients = await tested.gradients(absolute, dy.map(Math.abs)).then(
    (found) => found.gradients,
    () => [],
  );
  return !gradients.some((gradient) => gradient?.some(tooLarge));
}

/** Evaluates f with one of the inputs replaced. */
function evaluator(tested: FunctionUnderTest, base: readonly Float32Array[]) {
  return (k?: number, values?: Float32Array) =>
    tested.evaluate(base.map((data, i) => (i === k && values ? values : data)));
}

function combine(...parts: [number, Float32Array][]): Float32Array {
  return parts[0][1].map((_, i) => parts.reduce((sum, [factor, data]) => sum + factor * data[i], 0));
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Whether float32 may have skipped an integer at that size. NaN counts too. */
function exceeds({arithmetic}: FunctionUnderTest): (value: number) => boolean {
  return (value) => !(Math.abs(value) <= arithmetic.exactLimit);
}
