import type {DeviceClock} from '../../testEquipment.js';

/** The members of tfjs's webgpu backend that are used here. The backend requests the feature where the adapter has it. */
interface TimedBackend {
  supportTimestampQuery: boolean;
  /** Sums the time between the timestamps around each dispatch of f, as long as f does not wait. */
  time(f: () => void): Promise<{kernelMs: number}>;
}

/** Times by the timestamps around each dispatch. */
export function timestampClock(instance: object): DeviceClock | string {
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
