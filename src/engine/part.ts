/** A stretch of arithmetic that some problems reach and others do not: a micro-kernel's body, a tail, a phase, a shader variant. */
export interface Part {
  /** Unique within its backend, e.g. `js gemm tile 3×1`. */
  readonly name: string;
  /** How often it ran since the process began. */
  hits: number;
}

/** Parts that were not reached yet. Whoever owns them adds to `hits` where they run; `convgrad verify` fails a campaign that misses one. */
export function makeParts(names: readonly string[]): Part[] {
  return names.map((name) => ({name, hits: 0}));
}

/** Adds to the hits of the part of that name, where there is one. */
export function countHit(parts: readonly Part[], name: string): void {
  const part = parts.find((one) => one.name === name);
  if (part) part.hits++;
}
