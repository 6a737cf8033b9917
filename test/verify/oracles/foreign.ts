import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from '../../../src/plugin/install.js';
import {currentSession} from '../../../src/plugin/session.js';
import {kernelKey} from '../../../src/plugin/tfjsRegistries.js';

type KernelFunc = tf.KernelConfig['kernelFunc'];
type Params = Parameters<KernelFunc>[0];
type GradFunc = tf.GradConfig['gradFunc'];

const undo: (() => void)[] = [];

beforeAll(async () => {
  await tf.setBackend('cpu');
});
beforeEach(() => {
  install({tf});
});
afterEach(() => {
  // Foreign kernels stay after uninstall().
  uninstall();
  for (const one of undo.splice(0).reverse()) one();
});

/** Registers a foreign kernel over convgrad's, made by `make` from the right one. */
export function foreignKernel(
  kernelName: string,
  make: (right: (params: Params) => tf.TensorInfo) => KernelFunc,
  backendName = 'cpu',
): void {
  const ours = tf.getKernel(kernelName, backendName);
  const put = (config: tf.KernelConfig | undefined) => {
    tf.unregisterKernel(kernelName, backendName);
    if (config) tf.registerKernel(config);
  };
  put({...ours, kernelFunc: make((params) => ours.kernelFunc(params) as tf.TensorInfo)});
  const before = currentSession(tf)!.kernels.original(kernelKey(kernelName, backendName));
  undo.push(() => put(before));
}

/** The same for a gradient. */
export function foreignGradient(kernelName: string, make: (right: GradFunc) => GradFunc): void {
  const ours = tf.getGradient(kernelName);
  const put = (config: tf.GradConfig) => {
    tf.unregisterGradient(kernelName);
    tf.registerGradient(config);
  };
  put({...ours, gradFunc: make(ours.gradFunc)});
  const before = currentSession(tf)!.gradients.original(kernelName)!;
  undo.push(() => put(before));
}

/** The values of a tensor on cpu, which are its memory. */
export function memoryOf({backend}: Params, {dataId}: {dataId: object}): Float32Array {
  return (backend as unknown as {data: {get(id: object): {values: Float32Array}}}).data.get(dataId).values;
}
