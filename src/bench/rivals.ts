import type {EngineName} from '../engine/index.js';
import type {Pass} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';
import {builtinImplementation, builtinName} from '../plugin/builtinImplementation.js';
import {install} from '../plugin/install.js';
import {candidatesOf, select, type Wanted} from '../plugin/select.js';
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

/** tfjs's own kernel of a pass, where it may serve instead of convgrad's algorithms. */
interface Stock extends Rival {
  /** Whether convgrad, left to itself, hands the pass on to it. */
  isChosen: boolean;
}

/** That of a problem; undefined where convgrad makes no use of it. */
export function stockOf(
  problem: Problem,
  backend: string,
  pass: Pass,
  accuracy: Wanted['accuracy'],
): Stock | undefined {
  const builtin = builtinImplementation(backend, {plain: neverRun});
  if (builtin === undefined) return undefined;
  const info = problemInfo(problem);
  const wanted: Wanted = {algorithm: 'auto', accuracy};
  const {implementation} = select('bench', backend, info, pass, wanted, builtin);
  const found = candidatesOf(backend, info, pass, wanted, builtin).find((one) => one.implementation === builtin);
  if (found?.verdict !== true) return undefined;
  const {milliseconds} = found;
  return {
    ...{algorithm: builtinName, isChosen: implementation === builtin},
    ...(milliseconds === undefined ? {} : {predictedMilliseconds: milliseconds}),
  };
}

/** As one of those that a choice is made from, by its predicted time. */
export function competing({algorithm, predictedMilliseconds}: Stock): Rival[] {
  return predictedMilliseconds === undefined ? [] : [{algorithm, predictedMilliseconds}];
}

function neverRun(): never {
  throw new Error('it is asked about only');
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
