import {hasZeroSize, type Pass, passes, passTensors} from '../../geometry/pass.js';
import {formatProblem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {isRepeatable, repetitionsOf} from '../data/repeatable.js';
import {compare} from '../reference/compare.js';
import type {Inputs} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {SurroundingCalls} from '../run/surroundingCalls.js';
import type {Oracle} from './oracle.js';
import {variantsOf} from './variants.js';

/** A way to call a pass beside other calls. */
interface CallContext {
  /** What the other calls are, for the reason of a failure. */
  what: string;
  surrounding: SurroundingCalls;
}

/**
 * Calls must not depend on one another. The pass runs once more beside other calls on the same tensors: with other attributes, with another
 * partner, as the same call twice, with a second convolution between forward and backward, or with both gradients at once. The result must
 * still be that of the definition.
 */
export const sequenceOracle: Oracle = {
  name: 'sequence',
  passes,
  fills: ['reals'],
  // Epilogues are included. `judges` leaves out their gradients, because on a tape an activation runs kernels of its own.
  appliesTo: () => true,
  oneInOnGpu: 8,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges(problem, pass, _fill, {compute}) {
    if (compute) return 'the implementation gets new arrays in each call, so it can keep nothing for them';
    if (problem.epilogue && pass !== 'forward') return 'several kernels of tfjs compute the gradients of an epilogue';
    return !hasZeroSize(problemInfo(problem)) || 'with a size of 0 there are no values to mix up';
  },
  async judge(implementation, pass) {
    const expected = implementation.expected(pass);
    const alone = compare((await implementation.result(pass)).got, expected, implementation.comparison);
    if (alone.status !== 'passed')
      return {
        status: 'skipped',
        reason: alone.status === 'failed' ? 'the call alone is wrong' : (alone.reason ?? alone.status),
      };
    for (const {what, surrounding} of drawn(contextsOf(implementation, pass), implementation, pass)) {
      const {got} = await implementation.run(pass, {}, {surrounding});
      const verdict = compare(got, expected, implementation.comparison);
      if (verdict.status === 'failed') return {...verdict, reason: `right alone, and wrong ${what}: ${verdict.reason}`};
    }
    return {status: 'passed'};
  },
};

function drawn(
  contexts: readonly CallContext[],
  {testVector, isThorough}: ImplementationUnderTest,
  pass: Pass,
): readonly CallContext[] {
  if (isRepeatable(testVector.problem)) return repetitionsOf(contexts, isThorough, testVector.problem, pass);
  const next = randomFrom(`sequence/${formatProblem(testVector.problem)}/${pass}`);
  return [contexts[next() % contexts.length]];
}

function contextsOf({testVector, target}: ImplementationUnderTest, pass: Pass): CallContext[] {
  const {problem, inputs} = testVector;
  const inputNames = passTensors[pass].inputs as readonly (keyof Inputs)[];
  const contexts: CallContext[] = [
    {what: 'at the second of two calls with the same tensors', surrounding: {before: {problem, pass}}},
    ...inputNames.map((name) => ({
      what: `after a call with another ${name} and the same ${inputNames.find((other) => other !== name)}`,
      surrounding: {before: {problem, pass, changed: {[name]: otherValues(inputs[name])}}},
    })),
  ];
  const variants = variantsOf(problem).filter((variant) => target.supports(variant, pass) === true);
  for (const variant of variants) {
    const what = `after a call with the same tensors as ${formatProblem(variant)}`;
    contexts.push({what, surrounding: {before: {problem: variant, pass}}});
  }
  if (pass === 'forward') return contexts;
  contexts.push({
    what: 'where a second convolution of that size was recorded before the gradient was taken',
    surrounding: {between: {x: otherValues(inputs.x), filter: otherValues(inputs.filter)}},
  });
  const other = pass === 'backpropInput' ? 'backpropFilter' : 'backpropInput';
  if (target.supports(problem, other) === true)
    contexts.push({what: 'where the gradients by x and by filter are asked for at once', surrounding: {both: true}});
  return contexts;
}

/** Other values of the same kind: the negated values in reverse order. */
function otherValues(values: Float32Array): Float32Array {
  return values.map((value, i) => -values[values.length - 1 - i] || value);
}
