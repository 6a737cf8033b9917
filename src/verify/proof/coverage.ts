import {passes as allPasses} from '../../geometry/pass.js';
import {builtinKernelNames, kinds} from '../../plugin/kernels.js';
import {repairedKernels} from '../../plugin/maxPoolGrad.js';
import {coverageOf} from '../../plugin/select.js';
import {replacedGradients, replacedKernelsOn} from '../../plugin/session.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import type {ReportedOptions} from '../options/options.js';
import {gradientCounter, kernelRunsOn} from './countKernelRuns.js';
import {fusedCounters} from './fusedCounters.js';
import {countersOfKernel} from './kernelCounters.js';

/** How often a run reached one part of a backend's arithmetic. */
export interface CounterHits {
  backend: string;
  /** A pass of an implementation, or a stretch of its arithmetic: a tile, a tail, a phase, a shader variant. */
  counter: string;
  hits: number;
}

/** What a run reached of the code that it verifies. */
export interface Coverage {
  counters: CounterHits[];
  /** Whether the run was to reach every part: nothing was left out of it. Then a part without hits makes the report a bad one. */
  complete: boolean;
}

export const noCoverage: Coverage = {counters: [], complete: false};

/** Starts counting on a backend. @returns to be called in the end, with what was hit since */
export function startCoverage(backend: string, oracles: ReportedOptions['oracles']): () => CounterHits[] {
  const before = allHitsOf(backend, oracles);
  return () =>
    [...allHitsOf(backend, oracles)].map(([counter, hits]) => ({
      backend,
      counter,
      hits: hits - (before.get(counter) ?? 0),
    }));
}

/** What the implementations have run, and the kernels and gradients of tfjs that lead to them. */
function allHitsOf(backend: string, oracles: ReportedOptions['oracles']): Map<string, number> {
  const registered = registeredCounters(backend, oracles).map((part): [string, number] => [
    part,
    kernelRunsOn(backend).get(part) ?? 0,
  ]);
  return new Map([...coverageOf(backend), ...registered]);
}

/** Everything that `install()` registers for a backend, as far as these oracles are to reach it, and what algorithms take along of it. */
function registeredCounters(backend: string, oracles: ReportedOptions['oracles']): string[] {
  const others = oracles.includes('maxPool') ? [] : Object.keys(repairedKernels[backend] ?? {});
  const kernels = replacedKernelsOn(backend).filter((name) => tf.getKernel(name, backend) && !others.includes(name));
  // Only second derivatives go through the gradients of the backward kernels.
  const gradients = oracles.includes('secondOrder')
    ? replacedGradients
    : kinds.map((kind) => builtinKernelNames[kind].forward);
  return [...kernels.flatMap(countersOfKernel), ...gradients.map(gradientCounter), ...fusedCounters(backend)];
}

/** Whether a run leaves nothing out: it has the edge cases and the named layers, and those reach every part. */
export function isComplete({
  subject,
  brokenSetup,
  algorithms,
  problems,
  passes,
  oracles,
  fills,
}: ReportedOptions): boolean {
  const everything = algorithms.length === 0 && problems.length === 0 && passes.length === allPasses.length;
  // Only who asks for the same twice meets what is kept.
  const repeats = oracles.includes('determinism') && fills.includes('reals');
  return everything && repeats && subject === undefined && brokenSetup === undefined;
}

/** The parts that a run was to reach and did not. */
export function missedCounters({counters: parts, complete: whole}: Coverage): CounterHits[] {
  return whole ? parts.filter(({hits}) => hits === 0) : [];
}
