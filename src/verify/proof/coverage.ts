import * as tf from '@tensorflow/tfjs-core';
import {passes as allPasses} from '../../geometry/pass.js';
import {builtinKernelNames, kinds} from '../../plugin/kernels.js';
import {coverageOf} from '../../plugin/select.js';
import {repairedKernelsOn, replacedGradients, replacedKernelsOn} from '../../plugin/session.js';
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

/** The parts of the verified code that a run reached. */
export interface Coverage {
  counters: CounterHits[];
  /** Whether the run left nothing out, so that it must reach every part. A part without hits then makes the report a bad one. */
  complete: boolean;
}

export const noCoverage: Coverage = {counters: [], complete: false};

/** Starts counting on a backend. @returns a function that gives the hits since the start */
export function startCoverage(backend: string, oracles: ReportedOptions['oracles']): () => CounterHits[] {
  const before = allHitsOf(backend, oracles);
  return () =>
    [...allHitsOf(backend, oracles)].map(([counter, hits]) => ({
      backend,
      counter,
      hits: hits - (before.get(counter) ?? 0),
    }));
}

/** All hits so far: of the implementations, and of the kernels and gradients of tfjs that lead to them. */
function allHitsOf(backend: string, oracles: ReportedOptions['oracles']): Map<string, number> {
  const registered = registeredCounters(backend, oracles).map((part): [string, number] => [
    part,
    kernelRunsOn(backend).get(part) ?? 0,
  ]);
  return new Map([...coverageOf(backend), ...registered]);
}

/**
 * The counters of everything that `install()` registers for a backend and these oracles reach, and those of epilogues in algorithms' own
 * kernels.
 */
function registeredCounters(backend: string, oracles: ReportedOptions['oracles']): string[] {
  const others = oracles.includes('maxPool') ? [] : Object.keys(repairedKernelsOn(backend));
  const kernels = replacedKernelsOn(backend).filter((name) => tf.getKernel(name, backend) && !others.includes(name));
  // Only second derivatives go through the gradients of the backward kernels.
  const gradients = oracles.includes('secondOrder')
    ? replacedGradients
    : kinds.map((kind) => builtinKernelNames[kind].forward);
  return [...kernels.flatMap(countersOfKernel), ...gradients.map(gradientCounter), ...fusedCounters(backend)];
}

/** Whether a run leaves nothing out. It then has the edge cases and the named layers, and those reach every part. */
export function isComplete({
  subject,
  installed,
  algorithms,
  problems,
  passes,
  oracles,
  fills,
}: ReportedOptions): boolean {
  const everything = algorithms.length === 0 && problems.length === 0 && passes.length === allPasses.length;
  // What is cached of a filter is used only when a pass runs again, as it does for the oracle `determinism`.
  const repeats = oracles.includes('determinism') && fills.includes('reals');
  return everything && repeats && subject === undefined && installed !== false;
}

/** The parts that a run had to reach and did not. */
export function missedCounters({counters: parts, complete: whole}: Coverage): CounterHits[] {
  return whole ? parts.filter(({hits}) => hits === 0) : [];
}
