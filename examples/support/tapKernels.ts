import * as tf from '@tensorflow/tfjs';

/** The three passes of a convolution and of a depthwise one, as tfjs names their kernels. */
const kernels = [
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropInput',
  'DepthwiseConv2dNativeBackpropFilter',
] as const;

/** A tensor in a kernel's hands. */
export interface View {
  shape: number[];
  values: Float32Array;
}

/** One call of a kernel: what went in and what came out. */
export interface TappedCall {
  kernel: (typeof kernels)[number];
  /** The tfjs backend, which decides how results are rounded. */
  backend: string;
  attrs: {
    strides: number | [number, number];
    pad: 'same' | 'valid' | number | [number, number][];
    dilations?: number | [number, number];
  };
  inputs: {x?: View; filter?: View; dy?: View};
  output: View;
}

/**
 * Shows every call of a convolution kernel on the active backend to `tap`, whoever the kernel belongs to.
 * @returns the undo
 */
export function tapKernels(tap: (call: TappedCall) => void): () => void {
  const name = tf.getBackend();
  const active = kernels.map((kernel) => tf.getKernel(kernel, name)).filter((config) => config !== undefined);
  for (const config of active) {
    const kernelFunc: tf.KernelFunc = (call) => {
      const backend = call.backend as tf.KernelBackend;
      const view = ({shape, dataId}: tf.TensorInfo) => ({shape, values: backend.readSync(dataId) as Float32Array});
      const output = config.kernelFunc(call) as tf.TensorInfo;
      const inputs = Object.entries(call.inputs).map(([name, tensor]) => [name, view(tensor as tf.TensorInfo)]);
      tap({
        kernel: config.kernelName as TappedCall['kernel'],
        backend: name,
        attrs: call.attrs as unknown as TappedCall['attrs'],
        inputs: Object.fromEntries(inputs),
        output: view(output),
      });
      return output;
    };
    // convgrad tells its kernels by a mark that they carry; with it goes what depends on them.
    Object.defineProperties(kernelFunc, Object.getOwnPropertyDescriptors(config.kernelFunc));
    replace({...config, kernelFunc});
  }
  return () => active.forEach(replace);
}

function replace(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}
