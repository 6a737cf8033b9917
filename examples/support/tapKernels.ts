import * as tf from '@tensorflow/tfjs';

/** The three passes of a convolution, as tfjs names their kernels. */
const kernels = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'] as const;

/** A tensor in a kernel's hands. */
export interface View {
  shape: number[];
  values: Float32Array;
}

/** One call of a kernel on the cpu backend: what went in and what came out. */
export interface KernelCall {
  kernel: (typeof kernels)[number];
  attrs: {strides: [number, number]; pad: 'same' | 'valid'};
  inputs: {x?: View; filter?: View; dy?: View};
  output: View;
}

/**
 * Shows every call of a convolution kernel to `tap`, whoever the kernel belongs to.
 * @returns the undo
 */
export function tapKernels(tap: (call: KernelCall) => void): () => void {
  const active = kernels.map((name) => tf.getKernel(name, 'cpu') as tf.KernelConfig);
  for (const config of active) {
    replace({
      ...config,
      kernelFunc: (call) => {
        const backend = call.backend as tf.KernelBackend;
        const view = ({shape, dataId}: tf.TensorInfo) => ({shape, values: backend.readSync(dataId) as Float32Array});
        const output = config.kernelFunc(call) as tf.TensorInfo;
        const inputs = Object.entries(call.inputs).map(([name, tensor]) => [name, view(tensor as tf.TensorInfo)]);
        tap({
          kernel: config.kernelName as KernelCall['kernel'],
          attrs: call.attrs as unknown as KernelCall['attrs'],
          inputs: Object.fromEntries(inputs),
          output: view(output),
        });
        return output;
      },
    });
  }
  return () => active.forEach(replace);
}

function replace(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}
