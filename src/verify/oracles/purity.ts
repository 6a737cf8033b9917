import {filterDepth, type Pass, passes, passTensors} from '../../geometry/pass.js';
import {problemInfo} from '../../geometry/problem.js';
import type {Verdict} from '../reference/compare.js';
import type {AllInputs, Inputs} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {PassResult} from '../run/runPass.js';
import {firstDifference} from './firstDifference.js';
import type {Oracle} from './oracle.js';

/**
 * Judges the side effects of a pass. It must leave its inputs as they were, to the last bit, also after its result is overwritten and
 * disposed of. It must leave nothing else behind and change no attributes. Where a factor may be one, so that the pass may have nothing to
 * do, it runs once more: a pass that returns x as y has given x away.
 */
export const purityOracle: Oracle = {
  name: 'purity',
  passes,
  fills: ['reals'],
  appliesTo: () => true,
  oneInOnGpu: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(implementation, pass) {
    const {inputs} = implementation.testVector;
    const verdict = judged(await implementation.again(pass), inputs, pass);
    const neutral = verdict.status === 'passed' && neutralOf(implementation, pass);
    if (!neutral) return verdict;
    const {status, reason} = judged(
      await implementation.run(pass, neutral, {readBack: true}),
      {...inputs, ...neutral},
      pass,
    );
    return status === 'failed' ? {status, reason: `where a factor is one: ${reason}`} : {status};
  },
};

function judged({inputsAfter, sideEffect}: PassResult, before: AllInputs, pass: Pass): Verdict {
  if (sideEffect !== undefined) return {status: 'failed', reason: sideEffect};
  if (!inputsAfter) return {status: 'skipped', reason: 'the inputs were not read back'};
  for (const name of passTensors[pass].inputs as readonly (keyof Inputs)[]) {
    const index = firstDifference(inputsAfter[name], before[name]);
    if (index < 0) continue;
    const reason = `element ${index} of ${name} was ${before[name][index]} and is ${inputsAfter[name][index]} after the run`;
    return {status: 'failed', reason};
  }
  for (const name of ['bias', 'slopes'] as const) {
    const [own, after] = [before[name], inputsAfter[name]];
    if (!own || !after || firstDifference(after, own) < 0) continue;
    return {status: 'failed', reason: `${name} is overwritten by the run`};
  }
  return {status: 'passed'};
}

/** Inputs with which a 1×1 convolution has nothing to do; undefined where there are none. */
function neutralOf({testVector}: ImplementationUnderTest, pass: Pass): Partial<Inputs> | undefined {
  const {problem, inputs} = testVector;
  const {filterHeight, filterWidth, inChannels: C, outChannels: F, kind} = problem;
  if (filterHeight * filterWidth !== 1 || C !== F) return undefined;
  if (pass === 'backpropFilter') return {x: inputs.x.map(() => 1)};
  const depth = filterDepth(problemInfo(problem));
  return {filter: inputs.filter.map((_, i) => (kind === 'depthwise' || i % depth === Math.floor(i / depth) ? 1 : 0))};
}
