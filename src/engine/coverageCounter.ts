/** Counts how often a code path ran that some problems reach and others do not: a micro-kernel's body, a tail, a phase, a shader variant. */
export interface CoverageCounter {
  /** Unique within its backend, e.g. `js gemm tile 3×1`. */
  readonly name: string;
  /** How often it ran since the process began. */
  hits: number;
}

/** Counters of paths that were not reached yet. Whoever owns them adds to `hits` where they run; `convgrad verify` fails a campaign that misses one. */
export function makeCounters(names: readonly string[]): CoverageCounter[] {
  return names.map((name) => ({name, hits: 0}));
}

/** Adds to the hits of the counter of that name, where there is one. */
export function countHit(counters: readonly CoverageCounter[], name: string): void {
  const counter = counters.find((one) => one.name === name);
  if (counter) counter.hits++;
}
