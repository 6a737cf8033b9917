import {activations} from '../../geometry/epilogue.js';
import type {Problem} from '../../geometry/problem.js';
import {type FusedProblem, isFused} from '../fusedReference.js';
import {type AllInputs, reference} from '../reference.js';
import {differ} from './agreement.js';
import {type Observation, observe, type Patient} from './patient.js';

/** A mistake in what follows a convolution: the right result of other inputs, or of another epilogue. */
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
      const {activation, leakyreluAlpha = 0.2} = problem.epilogue;
      const epilogue = {...problem.epilogue, leakyreluAlpha: leakyreluAlpha * factor};
      return activation === 'leakyrelu' ? {problem: {...problem, epilogue}, inputs} : undefined;
    },
  })),
  ...activations
    .filter((activation) => activation !== 'prelu')
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
 * The mistakes in what follows the convolution that explain every element of a forward result on all the problems; none unless each of them predicts something
 * wrong on each, and none where several of them do.
 */
export async function epilogueCauses(patient: Patient, problems: readonly Problem[]): Promise<string[]> {
  if (patient.pass !== 'forward') return [];
  const seen: Observation[] = [];
  for (const problem of problems) seen.push(await observe(patient, patient.trial(problem)));
  const found = causes.filter(({change}) => seen.every((observation) => explains(change, observation)));
  return found.length === 1 ? found.map(({cause}) => cause) : [];
}

function explains(change: Cause['change'], {problem, inputs, got, wanted, arithmetic, fill}: Observation): boolean {
  const changed = isFused(problem) ? change(problem, inputs) : undefined;
  if (!changed) return false;
  const predicted = reference(changed.problem, changed.inputs).forward;
  if (got.length !== predicted.values.length || !differ(predicted.values, wanted.values)) return false;
  const isExact = fill === 'integers' && !predicted.rounded;
  const bounds = predicted.bounds?.(arithmetic, {own: wanted.own}) ?? [];
  return predicted.values.every((value, i) => Math.abs(got[i] - value) <= (isExact ? 0 : bounds[i]));
}
