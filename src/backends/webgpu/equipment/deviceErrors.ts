import type {DeviceErrors} from '../../testEquipment.js';

/** The parts of `GPUDevice` that are used here. */
interface ReportingDevice {
  queue: {onSubmittedWorkDone(): Promise<unknown>};
  addEventListener(type: 'uncapturederror', listener: (event: DeviceErrorEvent) => void): void;
  removeEventListener(type: 'uncapturederror', listener: (event: DeviceErrorEvent) => void): void;
  pushErrorScope(filter: 'validation'): void;
  popErrorScope(): Promise<{message: string} | null>;
}
interface DeviceErrorEvent {
  error: {message: string};
}

/** Listens to the uncaptured errors of a device. */
export function watchDevice(instance: object): DeviceErrors {
  const {device} = instance as {device: ReportingDevice};
  const reported: string[] = [];
  const listener = ({error}: DeviceErrorEvent) => void reported.push(error.message.trim());
  device.addEventListener('uncapturederror', listener);
  return {
    take: () => reported.splice(0),
    async settle() {
      await device.queue.onSubmittedWorkDone();
      await new Promise((resolve) => setTimeout(resolve)); // error events arrive in a later turn of the event loop
    },
    stop: () => device.removeEventListener('uncapturederror', listener),
  };
}

/**
 * Runs fn, and hides what the device reports meanwhile from its listeners. It serves calls of tfjs's own that may be wrong.
 * @throws Error with what was reported
 */
export async function captureErrors<T>(instance: object, fn: () => Promise<T>): Promise<T> {
  const {device} = instance as {device: ReportingDevice};
  device.pushErrorScope('validation');
  let result: {value: T} | {error: unknown};
  try {
    result = {value: await fn()};
  } catch (error) {
    result = {error};
  }
  const reported = await device.popErrorScope();
  if ('error' in result) throw result.error;
  if (reported) throw new Error(`the device reports: ${reported.message.trim().split('\n')[0]}`);
  return result.value;
}
