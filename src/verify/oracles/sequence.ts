import {flopsOf, hasZeroSize, type Pass, passes, passTensors, userShapeOf} from '../../geometry/pass.js';
import {formatProblem, type Problem, problemInfo, resolves} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {isRepeatable, repetitionsOf} from '../data/repeatable.js';
import {compare} from '../reference/compare.js';
import {type AllInputs, type EpilogueInputs, type Inputs, reference} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {SurroundingCalls} from '../run/surroundingCalls.js';
import type {Oracle} from './oracle.js';
import {variantsOf} from './variants.js';

/** A way to call a pass beside other calls. */
interface CallContext {
  /** What the other calls are, for the reason of a failure. */
  what: string;
  surrounding: SurroundingCalls;
  /** Other values for the judged call. */
  changed?: Partial<Inputs>;
  /** Whether it is tried on every problem that has it. The others take turns, unless the problem is small. */
  isTypical?: true;
}

/**
 * Calls must not depend on one another. The pass runs once more beside other calls on the same tensors: with other attributes, with another
 * partner, in other roles, on the result of an earlier call, as the same call twice, with a second convolution between forward and backward,
 * or with both gradients at once. The result must still be that of the definition.
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
    const {problem, inputs} = implementation.testVector;
    for (const {what, surrounding, changed} of drawn(contextsOf(implementation, pass), implementation, pass)) {
      const {got} = await implementation.run(pass, changed, {surrounding});
      const wanted = changed
        ? implementation.withOwnBounds(reference(problem, {...inputs, ...changed})[pass], pass, changed)
        : expected;
      const verdict = compare(got, wanted, implementation.comparison);
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
  const one = contexts[next() % contexts.length];
  return contexts.filter((context) => context === one || context.isTypical);
}

function contextsOf(implementation: ImplementationUnderTest, pass: Pass): CallContext[] {
  const {testVector, target} = implementation;
  const {problem, inputs} = testVector;
  const inputNames = passTensors[pass].inputs as readonly (keyof Inputs)[];
  const beside = otherBeside(inputs);
  const contexts: CallContext[] = [
    {what: 'at the second of two calls with the same tensors', surrounding: {before: {problem, pass}}},
    ...inputNames.map((name) => ({
      what: `after a call with another ${name} and the same ${inputNames.find((other) => other !== name)}`,
      surrounding: {before: {problem, pass, changed: {[name]: otherValues(inputs[name])}}},
    })),
    ...inputNames.map((name) => ({
      what: `after a call whose ${name} has the same values, two of them exchanged`,
      surrounding: {before: {problem, pass, changed: {[name]: inputs[name]}}},
      changed: {[name]: withTwoExchanged(inputs[name])},
    })),
    ...(Object.keys(beside).length === 0
      ? []
      : [
          {
            what: `after a call with another ${Object.keys(beside).join(' and other ')} and the same x and filter`,
            surrounding: {before: {problem, pass, changed: beside}},
            isTypical: true as const,
          },
        ]),
    ...rolesIn(implementation, pass),
  ];
  const variants = variantsOf(problem).filter((variant) => target.supports(variant, pass) === true);
  for (const variant of variants) {
    const what = `after a call with the same tensors as ${formatProblem(variant)}`;
    contexts.push({what, surrounding: {before: {problem: variant, pass}}});
  }
  if (pass === 'forward') {
    // On a tape, tfjs computes an activation by kernels of its own.
    if (!problem.epilogue) contexts.push({what: 'where a tape records it', surrounding: {recorded: true}});
    return contexts;
  }
  contexts.push({
    what: 'where a second convolution of that size was recorded before the gradient was taken',
    surrounding: {between: {x: otherValues(inputs.x), filter: otherValues(inputs.filter)}},
  });
  const other = pass === 'backpropInput' ? 'backpropFilter' : 'backpropInput';
  if (target.supports(problem, other) === true)
    contexts.push({what: 'where the gradients by x and by filter are asked for at once', surrounding: {both: true}});
  return contexts;
}

/** Calls in which tensors have other roles: an input is the other input of an earlier call, or the result of one. */
function rolesIn({testVector, target}: ImplementationUnderTest, pass: Pass): CallContext[] {
  const {problem, inputs} = testVector;
  const names = passTensors[pass].inputs as readonly (keyof Inputs)[];
  const [first, second] = names;
  const info = problemInfo(problem);
  const contexts: CallContext[] = [];
  for (const [name, role] of [
    [first, second],
    [second, first],
  ]) {
    const other = inRole(role, userShapeOf(info, name), problem.kind);
    if (!resolves(other) || flopsOf(problemInfo(other)) > mostFlops || target.supports(other, pass) !== true) continue;
    const what = `after a call in which its ${name} was the ${role}`;
    contexts.push({what, surrounding: {before: {problem: other, pass, roles: {[role]: name}}}});
  }
  // Only plain sums of one term copy exactly.
  const copies = names.filter(
    (name) => target.headroom === 1 && target.supports(copying(inputs[name].length, problem.kind), 'forward') === true,
  );
  for (const makes of copies) {
    const copy = copying(inputs[makes].length, problem.kind);
    const before = {
      problem: copy,
      pass: 'forward',
      changed: {filter: Float32Array.of(1)},
      roles: {x: makes},
      makes,
    } as const;
    contexts.push({what: `where its ${makes} is the result of an earlier call`, surrounding: {before}});
  }
  return contexts;
}
const mostFlops = 100_000;

/** A small convolution in which a tensor of this shape is the filter, x or dy. */
function inRole(
  role: keyof Inputs,
  [a, b, c, d]: readonly [number, number, number, number],
  kind: Problem['kind'],
): Problem {
  const steps = {
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    pad: 'valid',
    dataFormat: 'NHWC',
  } as const;
  const of = kind ? {...steps, kind} : steps;
  const isDepthwise = kind === 'depthwise';
  if (role === 'filter')
    return {
      ...{...of, batch: 1, inHeight: a, inWidth: b, inChannels: c, outChannels: isDepthwise ? c * d : d},
      ...{filterHeight: a, filterWidth: b},
    };
  const [inChannels, outChannels] = isDepthwise ? [d, d] : role === 'x' ? [d, 1] : [1, d];
  return {...of, batch: a, inHeight: b, inWidth: c, inChannels, outChannels, filterHeight: 1, filterWidth: 1};
}

/** The convolution with one weight, which copies x where the weight is 1. */
function copying(size: number, kind: Problem['kind']): Problem {
  return inRole('x', [1, 1, size, 1], kind);
}

/** Another bias and other slopes, where there are any. */
function otherBeside({bias, slopes}: AllInputs): Partial<EpilogueInputs> {
  return {...(bias ? {bias: otherValues(bias)} : {}), ...(slopes ? {slopes: otherValues(slopes)} : {})};
}

/** The same values, of which two different ones near the middle are exchanged. Their sum stays the same, and most places too. */
function withTwoExchanged(values: Float32Array): Float32Array {
  const changed = values.slice();
  const from = Math.floor(values.length / 3);
  const to = values.findIndex((value, i) => i > from && value !== values[from]);
  if (to >= 0) [changed[from], changed[to]] = [values[to], values[from]];
  return changed;
}

/** Other values of the same kind: the negated values in reverse order. */
function otherValues(values: Float32Array): Float32Array {
  return values.map((value, i) => -values[values.length - 1 - i] || value);
}
