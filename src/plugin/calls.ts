import type {Pass} from '../geometry/pass.js';

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

const calls = new Map<string, number>();
const fallbacks = new Map<string, Fallback>();

/** Notes that a pass was served; with a refusal, that it fell back from the wanted algorithm. */
export function countCall(backend: string, served: string, pass: Pass, wanted: string, refusal?: string): void {
  const key = `${backend}/${served}/${pass}`;
  calls.set(key, (calls.get(key) ?? 0) + 1);
  if (refusal === undefined) return;
  const fallbackKey = `${key}/${wanted}/${refusal}`;
  const known = fallbacks.get(fallbackKey);
  if (known) known.calls++;
  else fallbacks.set(fallbackKey, {backend, pass, wanted, served, reason: refusal, calls: 1});
}

/** Calls served since the process began, keyed `backend/algorithm/pass`. */
export function callCounts(): ReadonlyMap<string, number> {
  return calls;
}

/** Fallbacks since the process began. */
export function fallbackCounts(): readonly Fallback[] {
  return [...fallbacks.values()].map((fallback) => ({...fallback}));
}
