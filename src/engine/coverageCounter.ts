/** Counts how often a code path ran. Only some problems reach that path: a micro-kernel's body, a tail, a phase, a shader variant. */
export interface CoverageCounter {
  /** Unique within its backend, e.g. `js gemm tile 3×1`. */
  readonly name: string;
  /** How often it ran since the process began. */
  hits: number;
}

/**
 * Creates counters with zero hits. The code that owns a counter adds to `hits` where the path runs; `convgrad verify` fails a
 * campaign that misses one.
 */
export function makeCounters(names: readonly string[]): CoverageCounter[] {
  return names.map((name) => ({name, hits: 0}));
}

/** Adds a hit to the counter of that name, if there is one. */
export function countHit(counters: readonly CoverageCounter[], name: string): void {
  const counter = counters.find((one) => one.name === name);
  if (counter) counter.hits++;
}
