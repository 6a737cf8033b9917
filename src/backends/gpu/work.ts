import type {Cost} from '../../algorithms/algorithm.js';

/**
 * What a launch, a draw of fragments or a dispatch of threads, consists of, in totals over all threads: `threads` that are begun and find their place,
 * `products` with the sums that they are added to, `pairProducts` of two values by two that are put together before, `loads` and `stores` of one float,
 * `wideLoads` and `wideStores` of four beside each other,
 * `spreadLoads` of four where those of neighbouring threads lie in other rows of a texture, `selected` pixels that may lie in one of two texels, `lookups` of
 * texels whose place is found by dividing, `loopCarried` sums of four that a loop takes along into its next turn, into another loop or out of it, `copies` of
 * rectangles from texture to texture without a shader.
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

/** Of a call besides its launches, of a launch besides its work, and of one of each kind of work; none where a kind is absent. */
type Nanoseconds = Readonly<Record<'calls' | 'launches', number> & Partial<Record<GpuWorkKind, number>>>;

/** How long a class of adapters takes. */
export interface GpuRates {
  /** Where they come from, for people. */
  from: string;
  nanoseconds: Nanoseconds;
  /** Fewer threads than so many take as long as these: the rest of the device stands idle. */
  parallel: number;
}

/** The rates of the software renderer, as `scripts/fitRates.mjs` fits them, which tells how. */
export function softwareRates(nanoseconds: Nanoseconds): GpuRates {
  return {from: 'measured on SwiftShader', nanoseconds, parallel: 1};
}

/**
 * What GPUs of some tera operations a second and some hundred gigabytes a second have in common, rounded: a launch takes as long as millions of products,
 * and loads hit caches. No GPU was at hand to fit them on.
 */
export function assumedRates(work: Omit<Nanoseconds, 'calls' | 'launches'>): GpuRates {
  return {from: 'assumed of a GPU, none measured', nanoseconds: {calls: 1e5, launches: 1e4, ...work}, parallel: 2048};
}

/** Milliseconds of one call. */
export function predictedMilliseconds({nanoseconds: of, parallel}: GpuRates, launches: readonly Launch[]): number {
  const times = launches.map((launch) => {
    const kinds = Object.keys(launch) as GpuWorkKind[];
    const busy = kinds.reduce((sum, kind) => sum + (of[kind] ?? 0) * (launch[kind] ?? 0), 0);
    return of.launches + busy * Math.max(1, parallel / Math.max(1, launch.threads ?? parallel));
  });
  return times.reduce((sum, time) => sum + time, of.calls) / 1e6;
}
