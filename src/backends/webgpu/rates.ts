import {isSoftwareName} from '../gpu/adapters.js';
import type {GpuRates} from '../gpu/work.js';
import type {Adapter} from './device.js';

/** Fitted by `scripts/fitRates.mjs`, which tells how. */
const software: GpuRates = {
  from: 'measured on SwiftShader',
  nanoseconds: {
    calls: 2840000,
    launches: 0,
    threads: 92.3,
    products: 1.89,
    loads: 5.96,
    wideLoads: 12.4,
    spreadLoads: 0,
    picked: 0,
    lookups: 0,
    stores: 47.7,
    wideStores: 23.1,
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
export function ratesOf({vendor = '', architecture = ''}: Adapter = {}): GpuRates {
  return isSoftwareName(`${vendor} ${architecture}`) ? software : hardware;
}
