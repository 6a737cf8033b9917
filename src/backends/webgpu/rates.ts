import {assumedRates, type GpuRates, softwareRates} from '../gpu/work.js';
import {type Adapter, isSoftware} from './device.js';

const software = softwareRates({
  calls: 3270000,
  launches: 0,
  threads: 73.1,
  products: 0.609,
  loads: 5.13,
  wideLoads: 18,
  stores: 56.3,
  wideStores: 32.4,
});

const hardware = assumedRates({
  threads: 0.1,
  products: 0.002,
  loads: 0.03,
  wideLoads: 0.04,
  stores: 0.05,
  wideStores: 0.2,
});

/** The rates of an adapter; the rates of a GPU if there is no adapter. */
export function ratesOf(adapter?: Adapter): GpuRates {
  return isSoftware(adapter) ? software : hardware;
}
