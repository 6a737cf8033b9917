import {passTensors} from '../../../geometry/pass.js';
import type {Problem} from '../../../geometry/problem.js';
import type {TestVector} from '../../data/testVector.js';
import type {Inputs} from '../../reference/reference.js';
import {ImplementationUnderTest} from '../../run/implementationUnderTest.js';
import {differ} from './agreement.js';
import {copyOf, type FailedPass, type Observation, observe} from './observe.js';

/** In JavaScript, a read outside an array gives NaN, but so do many other mistakes. So no cause is named. */
export const notFinite =
  'the result is not finite although its inputs are: the kernel may read outside a tensor, leave an element unwritten or from an earlier call, or divide by zero';

/** The relative rounding error of an accumulating buffer. */
const tolerance = 2 ** -20;

/**
 * Describes what no formula of the inputs explains: overwritten inputs, or results that depend on earlier calls. Undefined if all is well.
 */
export async function misbehaviourOf(failedPass: FailedPass, testVector: TestVector): Promise<string | undefined> {
  const inputs = copyOf(testVector.inputs);
  const implementation = new ImplementationUnderTest({...testVector, inputs}, failedPass.target);
  // A pass that disposes of an input leaves nothing to read back.
  const {inputsAfter} = await implementation
    .again(failedPass.pass)
    .catch(() => implementation.run(failedPass.pass, {}));
  const overwritten =
    inputsAfter && inputsOf(failedPass).find((name) => differ(inputsAfter[name], testVector.inputs[name]));
  if (overwritten) return `a call overwrites its input ${overwritten}`;
  const first = await observe(failedPass, testVector);
  const second = await observe(failedPass, testVector);
  if (Array.from(first.got).some((value) => !Number.isFinite(value))) return notFinite;
  if (!differ(first.got, second.got)) return undefined;
  const third = await observe(failedPass, testVector);
  const grows = (before: Observation, after: Observation) =>
    first.expected.values.every(
      (value, i) => Math.abs(after.got[i] - before.got[i] - value) <= tolerance * (1 + Math.abs(after.got[i])),
    );
  // One difference that fits may be chance, as where the first result was spoilt.
  return grows(first, second) && grows(second, third)
    ? 'each call adds to what earlier calls left: it accumulates into a stale buffer'
    : 'the same inputs give another result the second time: it depends on earlier calls';
}

/**
 * Finds an input that has no influence on any of the problems. There must be several problems: on a single small one, a lost term may be
 * the only one.
 */
export async function ignoredInputOf(
  failedPass: FailedPass,
  problems: readonly Problem[],
): Promise<string | undefined> {
  for (const name of inputsOf(failedPass)) {
    let ignored = problems.length > 1;
    for (const problem of problems) ignored &&= await isIgnored(failedPass, failedPass.testVector(problem), name);
    if (ignored)
      return `the result stays the same when ${name} changes: ${name} is ignored, or taken from an earlier call`;
  }
  return undefined;
}

async function isIgnored(failedPass: FailedPass, testVector: TestVector, name: keyof Inputs): Promise<boolean> {
  const changed = {
    ...testVector.inputs,
    [name]: testVector.inputs[name].map((value, i) => (i % 2 ? -value : value / 2 + 3)),
  };
  const one = await observe(failedPass, testVector);
  const other = await observe(failedPass, testVector, changed);
  // Zeros may stay the same for many reasons.
  const says = Array.from(one.got).some((value) => value !== 0);
  return says && differ(one.expected.values, other.expected.values) && !differ(one.got, other.got);
}

function inputsOf({pass}: FailedPass): readonly (keyof Inputs)[] {
  return passTensors[pass].inputs as readonly (keyof Inputs)[];
}
