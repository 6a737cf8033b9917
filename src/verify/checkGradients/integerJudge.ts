import {along, moved} from './direction.js';
import type {IntegerPoint} from './findIntegers.js';
import type {Judge} from './inspectInput.js';
import type {Subject} from './subject.js';

/**
 * Judges with ===: f is linear in each input, so ⟨f(x + v) − f(x), dy⟩ is the gradient along v at h = 1, without truncation and, on small
 * integers, without rounding.
 */
export async function integerJudge(
  subject: Subject,
  {values, dy}: IntegerPoint,
  gradients: readonly Float32Array[],
): Promise<Judge> {
  const here = await subject.evaluate(values);
  return async (input, direction) => {
    const there = await subject.evaluate(values.map((data, i) => (i === input ? moved(data, direction, 1) : data)));
    const numeric = dy.reduce((sum, weight, j) => sum + weight * (there[j] - here[j]), 0);
    const analytic = along(gradients[input], direction);
    const error = Math.abs(analytic - numeric);
    return {verdict: error === 0 ? 'agrees' : 'wrong', analytic, numeric, error, tolerance: 0};
  };
}
