import {directionalDerivative, stepAlong} from './direction.js';
import type {IntegerPoint} from './findIntegers.js';
import type {FunctionUnderTest} from './functionUnderTest.js';
import type {Judge} from './inspectInput.js';

/**
 * Judges with ===. f is linear in each input, so ⟨f(x + v) − f(x), dy⟩ is the gradient along v at h = 1. There is no truncation error and,
 * on small integers, no rounding.
 */
export async function integerJudge(
  tested: FunctionUnderTest,
  {values, dy}: IntegerPoint,
  gradients: readonly Float32Array[],
): Promise<Judge> {
  const here = await tested.evaluate(values);
  return async (input, direction) => {
    const there = await tested.evaluate(values.map((data, i) => (i === input ? stepAlong(data, direction, 1) : data)));
    const numeric = dy.reduce((sum, weight, j) => sum + weight * (there[j] - here[j]), 0);
    const analytic = directionalDerivative(gradients[input], direction);
    const error = Math.abs(analytic - numeric);
    return {verdict: error === 0 ? 'agrees' : 'wrong', analytic, numeric, error, tolerance: 0};
  };
}
