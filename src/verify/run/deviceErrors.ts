/**
 * Errors that a GPU's device reports on its own. The call that went wrong has returned as if all were well, and its result may be anything.
 */
export interface DeviceErrors {
  /** Returns the errors reported since the last call. */
  take(): string[];
  /** Waits until everything submitted has run and its errors have arrived. */
  settle(): Promise<void>;
  stop(): void;
}

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

interface ReportingContext {
  NO_ERROR: number;
  getError(): number;
  isContextLost(): boolean;
}

/** Starts listening to the device of a tfjs backend. A backend without a device never reports. */
export function watchDevice(backend: object): DeviceErrors {
  const {device, getGPGPUContext} = backend as {device?: ReportingDevice; getGPGPUContext?(): {gl: ReportingContext}};
  if (device) return watchWebgpu(device);
  return getGPGPUContext ? watchWebgl(getGPGPUContext.call(backend).gl) : silent;
}

const silent: DeviceErrors = {take: () => [], settle: async () => {}, stop() {}};

function watchWebgpu(device: ReportingDevice): DeviceErrors {
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

/** The names of WebGL's error codes, which are the same in every context. */
const glErrors: Readonly<Record<number, string>> = {
  1280: 'INVALID_ENUM',
  1281: 'INVALID_VALUE',
  1282: 'INVALID_OPERATION',
  1285: 'OUT_OF_MEMORY',
  1286: 'INVALID_FRAMEBUFFER_OPERATION',
  37442: 'CONTEXT_LOST_WEBGL',
};

function watchWebgl(gl: ReportingContext): DeviceErrors {
  const take = () => {
    const found = new Set<string>();
    // A context holds one flag for each kind of error. A lost context may report errors for ever, so the loop is bounded.
    for (let left = Object.keys(glErrors).length; left > 0; left--) {
      const code = gl.getError();
      if (code === gl.NO_ERROR) break;
      found.add(glErrors[code] ?? String(code));
    }
    if (gl.isContextLost()) found.add('the context is lost');
    return [...found];
  };
  take(); // drops the errors from before
  return {take, settle: async () => {}, stop() {}};
}

/**
 * Runs fn, and hides what the device reports meanwhile from its listeners. It serves calls of tfjs's own that may be wrong.
 * @throws Error with what was reported
 */
export async function withCapturedErrors<T>(backend: object, fn: () => Promise<T>): Promise<T> {
  const {device} = backend as {device?: ReportingDevice};
  if (!device) return fn();
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
