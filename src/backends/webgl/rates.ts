import {assumedRates, type GpuRates, softwareRates} from '../gpu/work.js';
import {device} from './tfjsBackend.js';

const software = softwareRates({
  calls: 6260000,
  launches: 0,
  threads: 68.5,
  products: 0.132,
  pairProducts: 0.395,
  wideLoads: 6.49,
  spreadLoads: 5.39,
  picked: 2.76,
  lookups: 54.7,
  wideStores: 20.2,
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
