import {type Pass, passes} from '../geometry/pass.js';

/** The calls that one algorithm served instead of the requested one, for one reason. */
export interface Fallback {
  backend: string;
  pass: Pass;
  requested: string;
  served: string;
  /** Why the requested algorithm did not serve them. */
  reason: string;
  calls: number;
}

/** The counts by backend, then by algorithm. A call only increments a number and builds no key. */
const counts = new Map<string, Map<string, Record<Pass, number>>>();
const fallbacks = new Map<string, Fallback>();

/** Counts a served pass. With a refusal, it also records a fallback from the requested algorithm. */
export function countCall(backend: string, served: string, pass: Pass, requested: string, refusal?: string): void {
  countsOf(backend, served)[pass]++;
  if (refusal === undefined) return;
  const fallbackKey = `${backend}/${served}/${pass}/${requested}/${refusal}`;
  const known = fallbacks.get(fallbackKey);
  if (known) known.calls++;
  else fallbacks.set(fallbackKey, {backend, pass, requested, served, reason: refusal, calls: 1});
}

/** Calls served since the process began, keyed `backend/algorithm/pass`. */
export function callCounts(): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const [backend, algorithms] of counts) {
    for (const [algorithm, counts] of algorithms) {
      for (const pass of passes) if (counts[pass] > 0) all.set(`${backend}/${algorithm}/${pass}`, counts[pass]);
    }
  }
  return all;
}

function countsOf(backend: string, algorithm: string): Record<Pass, number> {
  let algorithms = counts.get(backend);
  if (!algorithms) {
    algorithms = new Map();
    counts.set(backend, algorithms);
  }
  let byPass = algorithms.get(algorithm);
  if (!byPass) {
    byPass = {forward: 0, backpropInput: 0, backpropFilter: 0};
    algorithms.set(algorithm, byPass);
  }
  return byPass;
}

/** Fallbacks since the process began. */
export function fallbackCounts(): readonly Fallback[] {
  return [...fallbacks.values()].map((fallback) => ({...fallback}));
}
