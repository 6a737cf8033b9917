import {assumedRates, type GpuRates, softwareRates} from '../gpu/work.js';
import {device} from './device/tfjsBackend.js';

const software = softwareRates({
  calls: 1350000,
  launches: 404000,
  threads: 15,
  products: 0.225,
  pairProducts: 0.333,
  wideLoads: 3.77,
  spreadLoads: 3.9,
  selected: 2.41,
  lookups: 40.5,
  wideStores: 47.3,
  copies: 74000,
});

const hardware = assumedRates({
  threads: 0.1,
  products: 0.002,
  pairProducts: 0.002,
  wideLoads: 0.04,
  spreadLoads: 0.04,
  selected: 0.01,
  lookups: 0.2,
  wideStores: 0.2,
  loopCarried: 0,
  copies: 5000,
});

/** The rates for the renderer of tfjs's webgl backend; the rates of a GPU if there is no backend yet. */
export function ratesInUse(): GpuRates {
  return device().isSoftware ? software : hardware;
}
