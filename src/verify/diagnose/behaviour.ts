import {passTensors} from '../../geometry/pass.js';
import type {Inputs} from '../reference.js';
import {Subject} from '../subject.js';
import type {Trial} from '../trial.js';
import {differ} from './agreement.js';
import {copyOf, observe, type Patient} from './patient.js';

/**
 * Mistakes that no formula of the inputs explains: inputs overwritten, results that depend on earlier calls, inputs that do not count.
 * Undefined when the pass is a function of its inputs and leaves them alone.
 */
export async function behaviourOf(patient: Patient, trial: Trial): Promise<string | undefined> {
  const names = passTensors[patient.pass].inputs as readonly (keyof Inputs)[];
  const inputs = copyOf(trial.inputs);
  const {inputsAfter} = await new Subject({...trial, inputs}, patient.target).again(patient.pass);
  const overwritten = inputsAfter && names.find((name) => differ(inputsAfter[name], trial.inputs[name]));
  if (overwritten) return `a call overwrites its input ${overwritten}`;

  const first = await observe(patient, trial);
  if (Array.from(first.got).some((value) => !Number.isFinite(value)))
    return 'the result is not finite although its inputs are: it was never written, or an earlier call left it';
  const second = await observe(patient, trial);
  if (differ(first.got, second.got)) {
    const grows = first.wanted.values.every((value, i) => second.got[i] - first.got[i] === value);
    return grows
      ? 'each call adds to what earlier calls left: it accumulates into a stale buffer'
      : 'the same inputs give another result the second time: it depends on earlier calls';
  }
  for (const name of names) {
    const values = trial.inputs[name].map((value, i) => (i % 2 ? -value : value / 2 + 3));
    const changed = await observe(patient, trial, {...trial.inputs, [name]: values});
    if (differ(changed.wanted.values, first.wanted.values) && !differ(changed.got, first.got)) {
      return `the result stays the same when ${name} changes: it is ignored, or that of an earlier call is used`;
    }
  }
  return undefined;
}
