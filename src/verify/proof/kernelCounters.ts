import type {NamedAttrMap, NamedTensorInfoMap} from '@tensorflow/tfjs';
import {activations} from '../../geometry/epilogue.js';
import {fusedKernelNames} from '../../plugin/kernels.js';

/** What a call of a kernel reaches: the kernel, and of a fused one its activation, its bias and its data format. */
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

/** All that calls of a kernel may reach. */
export function countersOfKernel(name: string): string[] {
  if (!isFusedKernel(name)) return [name];
  return [...activations, 'with bias', 'without bias', 'NCHW', 'NHWC'].map((part) => `${name}, ${part}`);
}

function isFusedKernel(name: string): boolean {
  return Object.values(fusedKernelNames).includes(name);
}
