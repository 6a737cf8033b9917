import type {Pass} from '../../geometry/pass.js';
import {formatProblem, type Problem} from '../../geometry/problem.js';

/** A pass that begins to run. */
export interface RunningPass {
  backend: string;
  algorithm: string;
  problem: Problem;
  pass: Pass;
}

/** Milliseconds between two signs of life on one problem. */
const interval = 1000;

/**
 * Tells of the passes that begin to run, in words: of the first of each problem, and then now and then, so that whoever listens knows what is running and that
 * something is.
 */
export function heartbeat(send: (doing: string) => void): (running: RunningPass) => void {
  let last: {problem: Problem; time: number} | undefined;
  return ({backend, algorithm, problem, pass}) => {
    const time = Date.now();
    if (last?.problem === problem && time - last.time < interval) return;
    last = {problem, time};
    send(`${backend}/${algorithm} ran ${pass} of ${formatProblem(problem)}`);
  };
}
