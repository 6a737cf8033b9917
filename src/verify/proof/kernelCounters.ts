import type {NamedAttrMap, NamedTensorInfoMap} from '@tensorflow/tfjs-core';
import {activationNames} from '../../geometry/activations.js';
import {fusedKernelNames} from '../../plugin/kernels.js';

/** The counters that a call of a kernel reaches: the kernel itself, or the activation, the bias and the data format of a fused kernel. */
export function kernelCounters(
  name: string,
  inputs: NamedTensorInfoMap = {},
  attrs: NamedAttrMap | undefined = {},
): string[] {
  if (!isFusedKernel(name)) return [name];
  const {activation, dataFormat} = attrs as {activation?: string; dataFormat?: string};
  return [
    `${name}, ${activation || 'linear'}`,
    `${name}, ${inputs['bias'] ? 'with' : 'without'} bias`,
    `${name}, ${dataFormat === 'NCHW' ? 'NCHW' : 'NHWC'}`,
  ];
}

/** All counters that calls of a kernel may reach. */
export function countersOfKernel(name: string): string[] {
  if (!isFusedKernel(name)) return [name];
  return [...activationNames(), 'with bias', 'without bias', 'NCHW', 'NHWC'].map((part) => `${name}, ${part}`);
}

function isFusedKernel(name: string): boolean {
  return Object.values(fusedKernelNames).includes(name);
}
