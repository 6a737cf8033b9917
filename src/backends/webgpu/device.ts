import {ConvgradError} from '../../geometry/error.js';
import {activeBackend, isSoftwareRenderer} from '../gpu/adapters.js';

/** What is asked of a `GPUDevice`. */
export interface Device {
  limits: {maxStorageBufferBindingSize: number; maxBufferSize: number};
  lost: Promise<{reason: string; message: string}>;
}

/** What is asked of tfjs's `AdapterInfo`. */
export interface Adapter {
  vendor?: string;
  architecture?: string;
}

/** What a plan may depend on beside the problem. */
export interface Setting {
  /** Threads that keep the device busy. */
  threads: number;
  /** Sums that a thread may keep. */
  sums: 128 | 256;
}

/** That of tfjs's webgpu backend; undefined where there is none yet. */
export function adapterInUse(): Adapter | undefined {
  return activeBackend<{adapterInfo?: Adapter}>('webgpu')?.adapterInfo;
}

/** Whether a program computes what a GPU would; not where there is no adapter yet. */
export function isSoftware({vendor = '', architecture = ''}: Adapter = {}): boolean {
  return isSoftwareRenderer(`${vendor} ${architecture}`);
}

/**
 * The setting for a device. A GPU hides its latency with thousands of threads, none of which has more than 255 registers. The software renderer computes
 * as many at a time as the processor's vectors have lanes, so that what more of them cost, another sum, is lost; its registers are memory anyway.
 */
export function settingOf(adapter?: Adapter): Setting {
  return isSoftware(adapter) ? {threads: 256, sums: 256} : {threads: 2048, sums: 128};
}

/** Why devices were lost, as far as it is known; undefined for those that were not. */
const watched = new WeakMap<Device, {why?: string}>();

/** @throws ConvgradError when the device is lost, or has no room for a tensor of one of these shapes */
export function checkDevice(device: Device, shapes: readonly (readonly number[])[]): void {
  const {why} = watch(device);
  if (why !== undefined) {
    throw new ConvgradError(
      'conv2d',
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
      'conv2d',
      `this convolution needs a buffer of ${bytes} bytes, [${shape}] in float32, and the webgpu device takes ${most}; use a smaller batch or image.`,
    );
  }
}

/** tfjs itself computes on without a word when its device is lost, and reads zeros. */
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
