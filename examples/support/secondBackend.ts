import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

/** tfjs has no gradients of convolutions there (its issue 8474), but for the images of dense ones. */
const missing = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'];

/**
 * Makes wasm a backend that can train. Its own convolutions and input gradients add in float32 where those of cpu add in float64; the kernels
 * that it lacks are borrowed from cpu, with their inputs and results copied across.
 * @returns the undo
 */
export function completeWasm(): () => void {
  const lacking = missing.filter((kernelName) => !tf.getKernel(kernelName, 'wasm'));
  for (const kernelName of lacking) tf.registerKernel(borrowed(kernelName));
  return () => {
    for (const kernelName of lacking) tf.unregisterKernel(kernelName, 'wasm');
  };
}

function borrowed(kernelName: string): tf.KernelConfig {
  const {kernelFunc} = tf.getKernel(kernelName, 'cpu') as tf.KernelConfig;
  return {
    kernelName,
    backendName: 'wasm',
    kernelFunc({inputs, attrs, backend}) {
      const wasm = backend as tf.KernelBackend;
      const cpu = tf.engine().findBackend('cpu') as tf.KernelBackend;
      const copies = Object.entries(inputs).map(([name, tensor]) => [name, copy(tensor as tf.TensorInfo, wasm, cpu)]);
      const onCpu: Record<string, tf.TensorInfo> = Object.fromEntries(copies);
      const output = kernelFunc({inputs: onCpu, attrs, backend: cpu} as never) as tf.TensorInfo;
      const result = copy(output, cpu, wasm);
      for (const {dataId} of [...Object.values(onCpu), output]) cpu.disposeData(dataId);
      return result;
    },
  };
}

function copy({shape, dtype, dataId}: tf.TensorInfo, from: tf.KernelBackend, to: tf.KernelBackend): tf.TensorInfo {
  return {shape, dtype, dataId: to.write(from.readSync(dataId), shape, dtype)};
}
