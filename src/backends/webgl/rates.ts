import {assumedRates, type GpuRates, softwareRates} from '../gpu/work.js';
import {device} from './tfjsBackend.js';

const software = softwareRates({
  calls: 6320000,
  launches: 0,
  threads: 87.1,
  products: 0.00968,
  pairProducts: 0.375,
  wideLoads: 7.11,
  spreadLoads: 7.46,
  picked: 1.85,
  lookups: 53.3,
  wideStores: 7.65,
});

const hardware = assumedRates({
  threads: 0.1,
  products: 0.002,
  pairProducts: 0.002,
  wideLoads: 0.04,
  spreadLoads: 0.04,
  picked: 0.01,
  lookups: 0.2,
  wideStores: 0.2,
  carried: 0,
  moves: 5000,
});

/** The rates of the renderer of tfjs's webgl backend; those of a GPU where there is none yet. */
export function ratesInUse(): GpuRates {
  return device().isSoftware ? software : hardware;
}
