import {describeEngine} from '../host/host.js';
import type {TestEquipment} from '../testEquipment.js';

/** The part of tfjs's cpu backend that is used here. */
interface CpuBackend {
  data: {get(dataId: object): {values?: Float32Array}};
}

export const equipment: TestEquipment = {
  describe: describeEngine,
  overwrite(instance, {dataId}) {
    (instance as CpuBackend).data.get(dataId).values?.fill(Number.NaN);
  },
};
