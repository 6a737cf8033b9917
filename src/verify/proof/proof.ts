import {hasZeroSize, type Pass} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import {callCounts} from '../../plugin/callCounts.js';
import {activeKernel, kernelOf} from '../run/kernels.js';
import {isRefusedByTf} from '../run/runPass.js';
import type {Target} from '../run/target.js';
import type {KernelRuns} from './countKernelRuns.js';
import {kernelCounters} from './kernelCounters.js';

/** Runs fn. Returns its value and the convgrad calls that were served meanwhile, by `backend/algorithm/pass`. */
export function countCalls<T>(fn: () => T): {value: T; calls: Map<string, number>} {
  const before = new Map(callCounts());
  const value = fn();
  const calls = new Map<string, number>();
  for (const [key, count] of callCounts()) {
    const more = count - (before.get(key) ?? 0);
    if (more > 0) calls.set(key, more);
  }
  return {value, calls};
}

/**
 * Why a run of the target's pass of the problem would prove nothing about it, judged by the registered kernels; undefined when it would
 * prove something.
 */
export function refuteKernel({backend}: Target, pass: Pass, problem: Problem): string | undefined {
  const active = activeKernel(backend, kernelOf(problem, pass));
  if (active === 'convgrad') return undefined;
  return `convgrad's kernel did not run: install() is missing or was undone (active: ${active})`;
}

/**
 * Why the run did not go through the kernel that tfjs has for the pass; undefined when that kernel ran once. Gradients are not checked,
 * since they may go other ways.
 */
export function refuteRuns(runs: KernelRuns, pass: Pass, problem: Problem): string | undefined {
  // A problem that tf.conv2d refuses goes through a kernel with a name of convgrad's own.
  if (pass !== 'forward' || (!problem.epilogue && isRefusedByTf(problem))) return undefined;
  const name = kernelOf(problem, pass);
  const [part] = kernelCounters(name, {}, {activation: problem.epilogue?.activation ?? 'linear'});
  const times = runs.get(part) ?? 0;
  return times === 1 ? undefined : `${part} should have run once; it ran ${times}×`;
}

/** Why the counted run proves nothing about the target's pass; undefined when the target alone served the pass, that many times. */
export function refuteCalls(
  calls: ReadonlyMap<string, number>,
  {backend, algorithm}: Target,
  pass: Pass,
  problem: Problem,
  times = 1,
): string | undefined {
  const served = [...calls].filter(([key]) => key.endsWith(`/${pass}`));
  const expected = `${backend}/${algorithm}/${pass}`;
  // A size of 0 leaves nothing to compute: the plugin answers without an algorithm.
  if (hasZeroSize(problemInfo(problem)) && served.length === 0) return undefined;
  if (served.length === 1 && served[0][0] === expected && served[0][1] === times) return undefined;
  const seen = served.map(([key, count]) => `${key} ${count}×`).join(', ') || 'no kernel of convgrad';
  return `${expected} should have served this pass ${times === 1 ? 'once' : `${times}×`}; served by ${seen}`;
}
