import type {DeviceClock, TestEquipment} from '../../testEquipment.js';
import type {Adapter} from '../device.js';
import {captureErrors, watchDevice} from './deviceErrors.js';
import {withPoisonedBuffers} from './poisonedBuffers.js';

export const equipment: TestEquipment = {
  describe(instance) {
    const {vendor, architecture} = (instance as {adapterInfo: Adapter}).adapterInfo;
    return {adapter: [vendor, architecture].filter(Boolean).join(' ') || 'unknown'};
  },
  watchDevice,
  captureErrors,
  deviceClock: timestampClock,
  poisonResults: withPoisonedBuffers,
};

/** The members of tfjs's webgpu backend that are used here. The backend requests the feature where the adapter has it. */
interface TimedBackend {
  supportTimestampQuery: boolean;
  /** Sums the time between the timestamps around each dispatch of f, as long as f does not wait. */
  time(f: () => void): Promise<{kernelMs: number}>;
}

/** Times by the timestamps around each dispatch. */
function timestampClock(instance: object): DeviceClock | string {
  const backend = instance as TimedBackend;
  if (!backend.supportTimestampQuery) return "this adapter has no 'timestamp-query', which webgpu needs to time a GPU";
  return async (call) => {
    let called: number | Promise<number> = 0;
    const {kernelMs} = await backend.time(() => {
      called = call();
    });
    await called;
    return kernelMs > 0 ? kernelMs : undefined;
  };
}
