import {type Pass, passes} from '../geometry/pass.js';

/** A call that another algorithm served than the one asked for. */
export interface Fallback {
  backend: string;
  pass: Pass;
  wanted: string;
  served: string;
  /** Why the wanted algorithm did not. */
  reason: string;
  calls: number;
}

/** By backend, then by algorithm: a call only adds one, and builds no key. */
const calls = new Map<string, Map<string, Record<Pass, number>>>();
const fallbacks = new Map<string, Fallback>();

/** Notes that a pass was served; with a refusal, that it fell back from the wanted algorithm. */
export function countCall(backend: string, served: string, pass: Pass, wanted: string, refusal?: string): void {
  countsOf(backend, served)[pass]++;
  if (refusal === undefined) return;
  const fallbackKey = `${backend}/${served}/${pass}/${wanted}/${refusal}`;
  const known = fallbacks.get(fallbackKey);
  if (known) known.calls++;
  else fallbacks.set(fallbackKey, {backend, pass, wanted, served, reason: refusal, calls: 1});
}

/** Calls served since the process began, keyed `backend/algorithm/pass`. */
export function callCounts(): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const [backend, algorithms] of calls) {
    for (const [algorithm, counts] of algorithms) {
      for (const pass of passes) if (counts[pass] > 0) all.set(`${backend}/${algorithm}/${pass}`, counts[pass]);
    }
  }
  return all;
}

function countsOf(backend: string, algorithm: string): Record<Pass, number> {
  let algorithms = calls.get(backend);
  if (!algorithms) {
    algorithms = new Map();
    calls.set(backend, algorithms);
  }
  let counts = algorithms.get(algorithm);
  if (!counts) {
    counts = {forward: 0, backpropInput: 0, backpropFilter: 0};
    algorithms.set(algorithm, counts);
  }
  return counts;
}

/** Fallbacks since the process began. */
export function fallbackCounts(): readonly Fallback[] {
  return [...fallbacks.values()].map((fallback) => ({...fallback}));
}
