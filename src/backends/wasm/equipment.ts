import {env} from '@tensorflow/tfjs-core';
import {describeEngine} from '../host/host.js';
import type {TestEquipment} from '../testEquipment.js';

/** Whether a flag is true. tfjs finds these out asynchronously; they are known once the backend is ready. */
const has = (flag: string) => (env().get(flag) as unknown) === true;

export const equipment: TestEquipment = {
  describe: () => ({
    ...describeEngine(),
    simd: has('WASM_HAS_SIMD_SUPPORT'),
    threads: has('WASM_HAS_MULTITHREAD_SUPPORT'),
  }),
};
