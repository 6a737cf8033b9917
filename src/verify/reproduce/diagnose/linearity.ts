import {passTensors} from '../../../geometry/pass.js';
import {errorBound} from '../../reference/bound.js';
import type {Inputs} from '../../reference/reference.js';
import {type FailedPass, type Observation, observe} from './observe.js';

/** A linear kernel whose coefficients are no whole numbers rounds on integers too. */
const rounding = 2 ** -20;

/** Said where the results for two parts of an input do not add up to the result for the whole. */
export const dependsOnValues =
  'the results for two parts of an input do not add up to the result for the whole: the computation is not linear, as when it saturates or skips some values';

/** Why the result is no sum of products, whatever the products may be; undefined where it may be one. */
export async function nonlinearityOf(failedPass: FailedPass, whole: Observation): Promise<string | undefined> {
  const {inputs, problem, expected, arithmetic, got} = whole;
  const testVector = failedPass.testVector(problem);
  for (const name of passTensors[failedPass.pass].inputs as readonly (keyof Inputs)[]) {
    const part = async (isIn: (i: number) => boolean) => {
      const values = inputs[name].map((value, i) => (isIn(i) ? value : 0));
      return (await observe(failedPass, testVector, {...inputs, [name]: values})).got;
    };
    const none = await part(() => false);
    if (Array.from(none).some((value) => value !== 0))
      return `the result is not zero where ${name} is all zeros: it contains something that is not a product`;
    const [even, odd] = [await part((i) => i % 2 === 0), await part((i) => i % 2 === 1)];
    for (let i = 0; i < got.length; i++) {
      const size = Math.abs(even[i]) + Math.abs(odd[i]) + Math.abs(got[i]);
      const bound = 2 * errorBound(Math.max(1, expected.terms[i]), expected.magnitudes[i], arithmetic);
      if (!(Math.abs(even[i] + odd[i] - got[i]) <= bound + rounding * size)) return dependsOnValues;
    }
  }
  return undefined;
}
