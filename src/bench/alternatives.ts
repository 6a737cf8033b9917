import * as tf from '@tensorflow/tfjs-core';
import type {EngineName} from '../engine/index.js';
import type {Pass} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';
import {builtinImplementation, builtinName} from '../plugin/builtinImplementation.js';
import {install} from '../plugin/install.js';
import {candidatesOf, type Requested, select} from '../plugin/select.js';
import type {Inputs} from '../verify/reference/reference.js';
import type {Clock} from './clock.js';
import {type TensorCall, wholeCall} from './timedCalls.js';

/** An algorithm that could compute a row. */
export interface Alternative {
  algorithm: string;
  /** The predicted milliseconds; absent where there is no prediction. */
  predictedMilliseconds?: number;
}

/**
 * An algorithm is not timed if its predicted time is more than this multiple of the best one's. The definition's plain loops take
 * minutes on real layers.
 */
const maxPredictedRatio = 6;

/** The algorithms that support this pass, the best prediction first, without those that are predicted to be hopelessly slow. */
export function alternativesOf(
  backend: string,
  problem: Problem,
  pass: Pass,
  accuracy: Requested['accuracy'],
): [Alternative, ...Alternative[]] | undefined {
  const able = candidatesOf(backend, problemInfo(problem), pass, {algorithm: 'auto', accuracy}).flatMap(
    ({implementation: {algorithm}, verdict, milliseconds}) =>
      verdict === true
        ? [{algorithm, ...(milliseconds === undefined ? {} : {predictedMilliseconds: milliseconds})}]
        : [],
  );
  const best = able[0]?.predictedMilliseconds;
  const [first, ...rest] = able.filter(
    ({predictedMilliseconds: time}) => best === undefined || (time !== undefined && time <= maxPredictedRatio * best),
  );
  return first && [first, ...rest];
}

/** tfjs's own kernel of a pass, where it may serve instead of convgrad's algorithms. */
interface BuiltinAlternative extends Alternative {
  /** Whether convgrad delegates the pass to it by default. */
  isChosen: boolean;
}

/** tfjs's own kernel for a problem; undefined where convgrad does not use it. */
export function builtinAlternativeOf(
  problem: Problem,
  backend: string,
  pass: Pass,
  accuracy: Requested['accuracy'],
): BuiltinAlternative | undefined {
  const builtin = builtinImplementation(backend, {plain: neverRun});
  if (builtin === undefined) return undefined;
  const info = problemInfo(problem);
  const requested: Requested = {algorithm: 'auto', accuracy};
  const {implementation} = select('bench', backend, info, pass, requested, builtin);
  const found = candidatesOf(backend, info, pass, requested, builtin).find((one) => one.implementation === builtin);
  if (found?.verdict !== true) return undefined;
  const {milliseconds} = found;
  return {
    ...{algorithm: builtinName, isChosen: implementation === builtin},
    ...(milliseconds === undefined ? {} : {predictedMilliseconds: milliseconds}),
  };
}

/** The kernel as an alternative, if its time is predicted; otherwise none. */
export function asAlternatives({algorithm, predictedMilliseconds}: BuiltinAlternative): Alternative[] {
  return predictedMilliseconds === undefined ? [] : [{algorithm, predictedMilliseconds}];
}

function neverRun(): never {
  throw new Error('bench only asks about this kernel and never runs it');
}

/** A whole call of a named algorithm. Each call installs that algorithm first, whatever is installed. */
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
