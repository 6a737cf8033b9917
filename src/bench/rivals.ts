import type {EngineName} from '../engine/index.js';
import type {Pass} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';
import {install} from '../plugin/install.js';
import {candidatesOf, type Wanted} from '../plugin/select.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import type {Inputs} from '../verify/reference.js';
import {type TensorCall, wholeCall} from './calls.js';
import type {Clock} from './clock.js';

/** One of convgrad's algorithms that could compute a row. */
export interface Rival {
  algorithm: string;
  /** Absent where it cannot be told. */
  predictedMilliseconds?: number;
}

/** What is predicted to take so many times as long as the best is not timed: the plain loops of a definition take minutes on real layers. */
const hopeless = 6;

/** The algorithms that could compute this pass, the best by prediction first, but for the hopeless. */
export function rivalsOf(
  backend: string,
  problem: Problem,
  pass: Pass,
  accuracy: Wanted['accuracy'],
): [Rival, ...Rival[]] | undefined {
  const able = candidatesOf(backend, problemInfo(problem), pass, {algorithm: 'auto', accuracy}).flatMap(
    ({implementation: {algorithm}, verdict, milliseconds}) =>
      verdict === true
        ? [{algorithm, ...(milliseconds === undefined ? {} : {predictedMilliseconds: milliseconds})}]
        : [],
  );
  const best = able[0]?.predictedMilliseconds;
  const [first, ...rest] = able.filter(
    ({predictedMilliseconds: time}) => best === undefined || (time !== undefined && time <= hopeless * best),
  );
  return first && [first, ...rest];
}

/** A whole call of an algorithm by its name, whatever is installed when its turn comes. */
export function namedCall(
  problem: Problem,
  inputs: Inputs,
  pass: Pass,
  {backend, algorithm, ...options}: {backend: string; algorithm: string; engine: EngineName | 'auto'; threads: number},
  clock: Clock,
): TensorCall {
  const {call, dispose} = wholeCall(problem, inputs, pass, `${backend}/${algorithm}/${pass}`, clock);
  return {
    call() {
      install({tf, algorithm, ...options});
      return call();
    },
    dispose,
  };
}
