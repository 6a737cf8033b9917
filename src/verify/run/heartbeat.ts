import type {Pass} from '../../geometry/pass.js';
import {formatProblem, type Problem} from '../../geometry/problem.js';

/** A pass that is about to run. */
export interface RunningPass {
  backend: string;
  algorithm: string;
  problem: Problem;
  pass: Pass;
}

/** The least milliseconds between two messages about one problem. */
const interval = 1000;

/**
 * Reports passes that are about to run, in words. It sends a message for the first pass of each problem, and then at most one every
 * `interval`. So the listener knows what is running, and that the run is alive.
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
