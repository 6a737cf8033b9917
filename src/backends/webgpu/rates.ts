import type {GpuRates} from '../gpu/work.js';
import {type Adapter, isSoftware} from './device.js';

/** Fitted by `scripts/fitRates.mjs`, which tells how. */
const software: GpuRates = {
  from: 'measured on SwiftShader',
  nanoseconds: {
    calls: 3270000,
    launches: 0,
    threads: 73.1,
    products: 0.609,
    loads: 5.13,
    wideLoads: 18,
    spreadLoads: 0,
    picked: 0,
    lookups: 0,
    stores: 56.3,
    wideStores: 32.4,
    copied: 0,
  },
  parallel: 1,
};

/**
 * What GPUs of some tera operations a second and some hundred gigabytes a second have in common, rounded: a launch takes as long as millions of products,
 * and loads hit caches. No GPU was at hand to fit them on.
 */
const hardware: GpuRates = {
  from: 'assumed of a GPU, none measured',
  nanoseconds: {
    calls: 1e5,
    launches: 1e4,
    threads: 0.1,
    products: 0.002,
    loads: 0.03,
    wideLoads: 0.04,
    spreadLoads: 0,
    picked: 0,
    lookups: 0,
    stores: 0.05,
    wideStores: 0.2,
    copied: 0,
  },
  parallel: 2048,
};

/** The rates of an adapter; those of a GPU where there is none. */
export function ratesOf(adapter?: Adapter): GpuRates {
  return isSoftware(adapter) ? software : hardware;
}
