import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

const missing = 'Conv2DBackpropFilter';

/**
 * Makes wasm a backend that can train. Its own convolutions and input gradients add in float32 where those of cpu add in float64, but it has no
 * filter gradient (tfjs issue 8474): that kernel is borrowed from cpu, with its inputs and its result copied across.
 */
export function completeWasm(): void {
  const cpu = tf.engine().findBackend('cpu') as tf.KernelBackend;
  const {kernelFunc} = tf.getKernel(missing, 'cpu') as tf.KernelConfig;
  tf.registerKernel({
    kernelName: missing,
    backendName: 'wasm',
    kernelFunc({inputs, attrs, backend}) {
      const wasm = backend as tf.KernelBackend;
      const {x, dy} = inputs as Record<string, tf.TensorInfo>;
      const borrowed = {x: copy(x, wasm, cpu), dy: copy(dy, wasm, cpu)};
      const dFilter = kernelFunc({inputs: borrowed, attrs, backend: cpu} as never) as tf.TensorInfo;
      const result = copy(dFilter, cpu, wasm);
      for (const {dataId} of [borrowed.x, borrowed.dy, dFilter]) cpu.disposeData(dataId);
      return result;
    },
  });
}

function copy({shape, dtype, dataId}: tf.TensorInfo, from: tf.KernelBackend, to: tf.KernelBackend): tf.TensorInfo {
  return {shape, dtype, dataId: to.write(from.readSync(dataId), shape, dtype)};
}
