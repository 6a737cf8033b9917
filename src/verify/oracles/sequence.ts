import {flopsOf, hasZeroSize, type Pass, passes, passTensors} from '../../geometry/pass.js';
import {formatProblem, problemInfo} from '../../geometry/problem.js';
import type {Company} from '../company.js';
import {compare} from '../compare.js';
import {randomFrom} from '../random.js';
import type {Inputs} from '../reference.js';
import type {Subject} from '../subject.js';
import type {Oracle} from './oracle.js';
import {variantsOf} from './variants.js';

/** A way to call a pass beside other calls. */
interface Scene {
  /** What the others are, for a reason. */
  what: string;
  company: Company;
}

/** Problems this small are judged in every company; of others one is drawn. */
const mostFlops = 300;

/**
 * Calls do not depend on one another. The pass is asked for once more beside other calls on the same tensors: with other attributes, with another partner, the
 * same call twice, with a second convolution between forward and backward, or with both gradients at once. The result must be that of the definition.
 */
export const sequenceOracle: Oracle = {
  name: 'sequence',
  passes,
  fills: ['reals'],
  // On a tape an activation runs kernels of its own.
  isAbout: () => true,
  oneInOnGpu: 8,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges(problem, pass, _fill, {compute}) {
    if (compute) return 'the subject gets arrays of its own, which nothing can be kept for';
    if (problem.epilogue && pass !== 'forward') return 'the gradients of an epilogue are several kernels of tfjs’s';
    return !hasZeroSize(problemInfo(problem)) || 'with a size of 0 there are no values to mix up';
  },
  async judge(subject, pass) {
    const wanted = subject.wanted(pass);
    const alone = compare((await subject.result(pass)).got, wanted, subject.comparison);
    if (alone.status !== 'passed')
      return {
        status: 'skipped',
        reason: alone.status === 'failed' ? 'the call alone is wrong' : (alone.reason ?? alone.status),
      };
    for (const {what, company} of drawn(scenesOf(subject, pass), subject, pass)) {
      const {got} = await subject.run(pass, {}, {company});
      const verdict = compare(got, wanted, subject.comparison);
      if (verdict.status === 'failed') return {...verdict, reason: `right alone, and wrong ${what}: ${verdict.reason}`};
    }
    return {status: 'passed'};
  },
};

function drawn(scenes: readonly Scene[], {trial}: Subject, pass: Pass): readonly Scene[] {
  if (flopsOf(problemInfo(trial.problem)) <= mostFlops) return scenes;
  const next = randomFrom(`sequence/${formatProblem(trial.problem)}/${pass}`);
  return [scenes[next() % scenes.length]];
}

function scenesOf({trial, target}: Subject, pass: Pass): Scene[] {
  const {problem, inputs} = trial;
  const inputNames = passTensors[pass].inputs as readonly (keyof Inputs)[];
  const scenes: Scene[] = [
    {what: 'at the second of two calls with the same tensors', company: {before: {problem, pass}}},
    ...inputNames.map((name) => ({
      what: `after a call with another ${name} and the same ${inputNames.find((other) => other !== name)}`,
      company: {before: {problem, pass, changed: {[name]: otherValues(inputs[name])}}},
    })),
  ];
  const variants = variantsOf(problem).filter((variant) => target.supports(variant, pass) === true);
  for (const variant of variants) {
    const what = `after a call with the same tensors as ${formatProblem(variant)}`;
    scenes.push({what, company: {before: {problem: variant, pass}}});
  }
  if (pass === 'forward') return scenes;
  scenes.push({
    what: 'where a second convolution of that size was recorded before the gradient was taken',
    company: {between: {x: otherValues(inputs.x), filter: otherValues(inputs.filter)}},
  });
  const other = pass === 'backpropInput' ? 'backpropFilter' : 'backpropInput';
  if (target.supports(problem, other) === true)
    scenes.push({what: 'where the gradients by x and by filter are asked for at once', company: {both: true}});
  return scenes;
}

/** Values of the same kind at other places. */
function otherValues(values: Float32Array): Float32Array {
  return values.map((value, i) => -values[values.length - 1 - i] || value);
}
