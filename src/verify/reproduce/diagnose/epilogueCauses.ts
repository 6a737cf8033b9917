import {activationNames, activations, defaultAlpha} from '../../../geometry/activations.js';
import type {Problem} from '../../../geometry/problem.js';
import {type FusedProblem, isFused} from '../../reference/fusedReference.js';
import {type AllInputs, reference} from '../../reference/reference.js';
import {differ} from './agreement.js';
import {type FailedPass, type Observation, observe} from './observe.js';
import {neighbours} from './probes.js';

/** A mistake in the epilogue. The result is right for other inputs, or for another epilogue. */
interface Cause {
  cause: string;
  change(problem: FusedProblem, inputs: AllInputs): {problem: FusedProblem; inputs: AllInputs} | undefined;
}

const scaled = (cause: string, name: 'bias' | 'slopes', factor: number): Cause => ({
  cause,
  change(problem, inputs) {
    const values = inputs[name];
    return values && {problem, inputs: {...inputs, [name]: values.map((value) => value * factor)}};
  },
});

const causes: readonly Cause[] = [
  scaled('the bias left out', 'bias', 0),
  scaled('the bias added twice', 'bias', 2),
  scaled('the bias added three times', 'bias', 3),
  scaled('the bias subtracted', 'bias', -1),
  scaled('slopes twice as steep', 'slopes', 2),
  ...(['bias', 'slopes'] as const).map((name) => ({
    cause: `the ${name} of the channels in reverse order`,
    change: (problem: FusedProblem, inputs: AllInputs) =>
      inputs[name] && {problem, inputs: {...inputs, [name]: inputs[name]?.slice().reverse()}},
  })),
  ...[0.5, 2].map((factor) => ({
    cause: `a slope of leakyrelu ${factor === 2 ? 'twice' : 'half'} as steep`,
    change: (problem: FusedProblem, inputs: AllInputs) => {
      const {activation, leakyreluAlpha = defaultAlpha} = problem.epilogue;
      const epilogue = {...problem.epilogue, leakyreluAlpha: leakyreluAlpha * factor};
      return activations[activation].operand === 'alpha' ? {problem: {...problem, epilogue}, inputs} : undefined;
    },
  })),
  ...activationNames()
    .filter((activation) => activations[activation].operand !== 'slopes')
    .map((activation) => ({
      cause: activation === 'linear' ? 'the activation left out' : `${activation} for its activation`,
      change: (problem: FusedProblem, inputs: AllInputs) => {
        const {slopes: _, leakyreluAlpha: __, ...epilogue} = problem.epilogue;
        if (epilogue.activation === activation) return undefined;
        return {problem: {...problem, epilogue: {...epilogue, activation}}, inputs};
      },
    })),
];

/**
 * Finds the mistake in the epilogue that explains every element of a forward result, on the failing problems and on others near them. More
 * values tell more mistakes apart. The mistake must predict something wrong on each failing problem. If several mistakes fit, none is
 * returned.
 */
export async function epilogueCauses(
  failedPass: FailedPass,
  [smallest, original]: readonly [smallest: Problem, original: Problem],
): Promise<string[]> {
  const {pass, target} = failedPass;
  if (pass !== 'forward') return [];
  let found = causes;
  for (const problem of [smallest, original, ...neighbours(smallest, original)]) {
    if (found.length === 0 || target.supports(problem, pass) !== true) continue;
    const observation = await observe(failedPass, failedPass.testVector(problem));
    const failed = problem === smallest || problem === original;
    found = found.filter(({change}) => explains(change, observation, failed));
  }
  return found.length === 1 ? found.map(({cause}) => cause) : [];
}

/** @param isWrong whether the result is wrong; a prediction of the right result then explains nothing */
function explains(
  change: Cause['change'],
  {problem, inputs, got, expected, arithmetic, fill}: Observation,
  isWrong: boolean,
): boolean {
  const changed = isFused(problem) ? change(problem, inputs) : undefined;
  if (!changed) return false;
  const predicted = reference(changed.problem, changed.inputs).forward;
  if (got.length !== predicted.values.length) return false;
  if (isWrong && !differ(predicted.values, expected.values)) return false;
  const isExact = fill === 'integers' && !predicted.rounded;
  const bounds = predicted.bounds?.(arithmetic, {own: expected.own}) ?? [];
  return predicted.values.every((value, i) => Math.abs(got[i] - value) <= (isExact ? 0 : bounds[i]));
}
