/** What a GPU's device reports although nobody asked: the call that went wrong has returned as if all were well, and its result is anything. */
export interface DeviceErrors {
  /** What was reported since the last time. */
  take(): string[];
  /** Waits until all that was submitted has run, and its errors have come. */
  settle(): Promise<void>;
  stop(): void;
}

/** `GPUDevice`, as far as it is asked. */
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

/** Begins to listen to the device of a tfjs backend; one without a device never reports. */
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
      await new Promise((resolve) => setTimeout(resolve)); // events come in a turn of their own
    },
    stop: () => device.removeEventListener('uncapturederror', listener),
  };
}

/** The names of WebGL's errors are the same everywhere. */
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
    // A context holds one flag for each kind of error; a lost one may go on for ever.
    for (let left = Object.keys(glErrors).length; left > 0; left--) {
      const code = gl.getError();
      if (code === gl.NO_ERROR) break;
      found.add(glErrors[code] ?? String(code));
    }
    if (gl.isContextLost()) found.add('the context is lost');
    return [...found];
  };
  take(); // what came before is nobody's here
  return {take, settle: async () => {}, stop() {}};
}

/**
 * Runs fn, and keeps what the device reports meanwhile from those who watch it: for calls of tfjs's own that are tried although they may be wrong.
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
