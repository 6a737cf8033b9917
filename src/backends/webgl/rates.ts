import {assumedRates, type GpuRates, softwareRates} from '../gpu/work.js';
import {device} from './tfjsBackend.js';

const software = softwareRates({
  calls: 2060000,
  launches: 359000,
  threads: 20.1,
  products: 0.295,
  pairProducts: 0.48,
  wideLoads: 3.33,
  spreadLoads: 3.53,
  picked: 2.37,
  lookups: 43.5,
  wideStores: 56,
  moves: 39300,
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
