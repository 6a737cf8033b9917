import {passTensors} from '../../../geometry/pass.js';
import type {TestVector} from '../../data/testVector.js';
import type {Inputs} from '../../reference/reference.js';
import type {Diagnosis} from '../../report/result.js';
import {isRight} from './agreement.js';
import {type FailedPass, type Observation, observe} from './observe.js';
import {positionOf} from './position.js';

/** The most wrong elements that are printed. */
const shown = 4;
/** For each input, the pass whose result has its shape. */
const shapedLike = {x: 'backpropInput', filter: 'backpropFilter', dy: 'forward'} as const;

/** Reduces one input after the other to a single 1, so that one product is left. It is missing, extra or in the wrong place. */
export async function oneHot(
  failedPass: FailedPass,
  testVector: TestVector,
  deadline: number,
): Promise<Diagnosis['onehot']> {
  const ones: NonNullable<Diagnosis['onehot']>['ones'] = {};
  let left: Observation | undefined;
  for (const name of passTensors[failedPass.pass].inputs as readonly (keyof Inputs)[]) {
    const inputs = left?.inputs ?? testVector.inputs;
    let next: Observation | undefined;
    for (let at = 0; at < inputs[name].length && !next; at++) {
      if (performance.now() > deadline) return undefined;
      const single = inputs[name].map((_, i) => (i === at ? 1 : 0));
      const observation = await observe(failedPass, testVector, {...inputs, [name]: single});
      if (isRight(observation)) continue;
      next = observation;
      ones[name] = positionOf(at, testVector.expected[shapedLike[name]].shape);
    }
    if (!next) return undefined;
    left = next;
  }
  if (!left) return undefined;
  const {got, expected} = left;
  const elements = Array.from(expected.values, (want, i) => ({
    position: positionOf(i, expected.shape),
    got: got[i],
    want,
  }));
  return {ones, wrong: elements.filter(({got, want}) => got !== want).slice(0, shown)};
}
