import type {Cost} from '../../algorithms/algorithm.js';

/**
 * The kinds of work in a launch: a draw of fragments or a dispatch of threads. Counts are totals over all threads.
 *
 * - `threads`: threads that start and find their place - `products`: products, each with the sum that it is added to - `pairProducts`:
 * products of two values by two that are first put together into a vector - `loads`, `stores`: of one float - `wideLoads`, `wideStores`: of
 * four adjacent floats - `spreadLoads`: of four floats, where neighbouring threads read other rows of a texture - `selected`: pixels that
 * may lie in one of two texels - `lookups`: texels whose place is found by a division - `loopCarried`: sums of four that a loop carries
 * into its next turn, into another loop or out of it - `copies`: rectangles copied from texture to texture without a shader
 */
export const gpuWorkKinds = [
  ...(['threads', 'products', 'pairProducts', 'loads', 'wideLoads', 'spreadLoads', 'selected', 'lookups'] as const),
  ...(['stores', 'wideStores', 'loopCarried', 'copies'] as const),
] as const;
export type GpuWorkKind = (typeof gpuWorkKinds)[number];
export type Launch = Readonly<Partial<Record<GpuWorkKind, number>>>;

/** What a pass costs on a GPU. */
export interface GpuCost extends Cost {
  launches: readonly Launch[];
}

/** Nanoseconds per call and per launch, beside their work, and per unit of each kind of work. An absent kind costs nothing. */
type Nanoseconds = Readonly<Record<'calls' | 'launches', number> & Partial<Record<GpuWorkKind, number>>>;

/** How long calls, launches and work take on a class of adapters. */
export interface GpuRates {
  /** The source of the rates, in words for users. */
  from: string;
  nanoseconds: Nanoseconds;
  /** A launch of fewer threads takes as long as one of this many, because the rest of the device stands idle. */
  parallel: number;
}

/** The rates of the software renderer. `scripts/fitRates.mjs` fits them and explains how. */
export function softwareRates(nanoseconds: Nanoseconds): GpuRates {
  return {from: 'measured on SwiftShader', nanoseconds, parallel: 1};
}

/**
 * Rounded rates that fit GPUs of some tera operations and some hundred gigabytes per second: a launch takes as long as millions of
 * products, and loads hit caches. They are assumed, not fitted: no GPU was available to measure.
 */
export function assumedRates(work: Omit<Nanoseconds, 'calls' | 'launches'>): GpuRates {
  return {from: 'assumed of a GPU, none measured', nanoseconds: {calls: 1e5, launches: 1e4, ...work}, parallel: 2048};
}

/** Predicted milliseconds of one call that consists of these launches. */
export function predictedMilliseconds({nanoseconds: of, parallel}: GpuRates, launches: readonly Launch[]): number {
  const times = launches.map((launch) => {
    const kinds = Object.keys(launch) as GpuWorkKind[];
    const busy = kinds.reduce((sum, kind) => sum + (of[kind] ?? 0) * (launch[kind] ?? 0), 0);
    return of.launches + busy * Math.max(1, parallel / Math.max(1, launch.threads ?? parallel));
  });
  return times.reduce((sum, time) => sum + time, of.calls) / 1e6;
}
