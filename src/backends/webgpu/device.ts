import {ConvgradError} from '../../geometry/error.js';
import {activeBackend, isSoftwareRenderer} from '../gpu/adapters.js';

/** The parts of a `GPUDevice` that convgrad uses. */
export interface Device {
  limits: {maxStorageBufferBindingSize: number; maxBufferSize: number};
  lost: Promise<{reason: string; message: string}>;
}

/** The parts of tfjs's `AdapterInfo` that convgrad uses. */
export interface Adapter {
  vendor?: string;
  architecture?: string;
}

/** What a plan may depend on beside the problem. */
export interface Setting {
  /** The number of threads that keeps the device busy. */
  threads: number;
  /** The most sums that a thread may keep. */
  sums: 128 | 256;
}

/** The adapter of tfjs's webgpu backend; undefined if there is no backend yet. */
export function adapterInUse(): Adapter | undefined {
  return activeBackend<{adapterInfo?: Adapter}>('webgpu')?.adapterInfo;
}

/** Whether the adapter is a software renderer; false if there is no adapter yet. */
export function isSoftware({vendor = '', architecture = ''}: Adapter = {}): boolean {
  return isSoftwareRenderer(`${vendor} ${architecture}`);
}

/**
 * The setting for an adapter. A GPU hides its latency with thousands of threads, each with at most 255 registers. The software renderer
 * runs as many threads at a time as the processor's vectors have lanes. More threads would only cost the sum of more slices. Its registers
 * are memory, so a thread may keep more sums.
 */
export function settingOf(adapter?: Adapter): Setting {
  return isSoftware(adapter) ? {threads: 256, sums: 256} : {threads: 2048, sums: 128};
}

/** The watched devices, and why they were lost; `why` is undefined while a device is not known to be lost. */
const watched = new WeakMap<Device, {why?: string}>();

/** @throws ConvgradError if the device is lost, or has no room for a tensor of one of these shapes */
export function checkDevice(device: Device, shapes: readonly (readonly number[])[]): void {
  const {why} = watch(device);
  if (why !== undefined) {
    throw new ConvgradError(
      undefined,
      `the device of the webgpu backend is lost (${why}), and its tensors with it; ` +
        "tf.removeBackend('webgpu'), register it anew, or use another backend.",
    );
  }
  const {maxStorageBufferBindingSize, maxBufferSize} = device.limits;
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  for (const shape of shapes) {
    const bytes = shape.reduce((product, size) => product * size, 4);
    if (bytes <= most) continue;
    throw new ConvgradError(
      undefined,
      `this convolution needs a buffer of ${bytes} bytes, [${shape}] in float32, and the webgpu device takes ${most}; use a smaller batch or image.`,
    );
  }
}

/** Watches a device for its loss. tfjs itself does not report it: it computes on and reads zeros. */
function watch(device: Device): {why?: string} {
  const known = watched.get(device);
  if (known) return known;
  const state: {why?: string} = {};
  watched.set(device, state);
  void device.lost.then(({reason, message}) => {
    state.why = message || reason;
  });
  return state;
}
