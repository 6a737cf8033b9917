/** Counts how often a code path ran. Only some problems reach that path: a micro-kernel's body, a tail, a phase, a shader variant. */
export interface CoverageCounter {
  /** Unique within its backend, e.g. `js gemm tile 3×1`. */
  readonly name: string;
  /** How often it ran while hits were counted. */
  hits: number;
}

/**
 * Creates counters with zero hits. The code that owns a counter calls {@link countHit} where the path runs; `convgrad verify` fails
 * a campaign that misses one.
 */
export function makeCounters(names: readonly string[]): CoverageCounter[] {
  return names.map((name) => ({name, hits: 0}));
}

/**
 * Counts a hit, while somebody has asked for it by {@link startCounting}. Absent otherwise, so that `countHit?.(…)` costs nothing,
 * not even the search for the counter among its arguments.
 */
export let countHit: ((counter: CoverageCounter | undefined) => void) | undefined;

/** The counter of that name; undefined if there is none. */
export function counterNamed(counters: readonly CoverageCounter[], name: string): CoverageCounter | undefined {
  return counters.find((counter) => counter.name === name);
}

/** How many callers have asked for hits at present. */
let counting = 0;

/** Counts hits from now on, until everyone who asked for it has called the returned function. */
export function startCounting(): () => void {
  counting++;
  countHit = (counter) => {
    if (counter) counter.hits++;
  };
  let stopped = false;
  return () => {
    if (!stopped && --counting === 0) countHit = undefined;
    stopped = true;
  };
}
