import type {KernelFunc, TensorInfo} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {runBackendKernel} from '../../src/plugin/backendOps.js';
import {builtinKernelNames, passOf} from '../../src/plugin/kernels.js';
import type {Fault} from '../../src/verify/run/faultInjection.js';
import type {FaultMutant} from './epilogueFaults.js';
import {allPasses} from './mutant.js';

type Params = Parameters<KernelFunc>[0];

/** Replaces the kernels of passes by ones that compute the right result and do something else as well. */
const beside = (wrong: (params: Params, right: KernelFunc, name: string) => TensorInfo): Fault => ({
  kernel: (name, right) => (passOf(name) ? (params) => wrong(params, right, name) : undefined),
});

const isOne = (tensor: TensorInfo) => tensor.shape.every((size) => size === 1);

/** Side effects of kernels whose values are right. */
export const sideEffectFaults: readonly FaultMutant[] = [
  {
    name: 'result-is-input',
    passes: ['forward'],
    wrong: 'y is x itself where the filter is a single 1',
    fault: beside((params, right, name) => {
      const {x, filter} = params.inputs as Record<string, TensorInfo>;
      const isForward = Object.values(builtinKernelNames).some(({forward}) => forward === name);
      if (!isForward || !isOne(filter) || !hasOne(filter)) return right(params) as TensorInfo;
      const y = right(params) as TensorInfo;
      if (String(y.shape) !== String(x.shape)) return y;
      (params.backend as unknown as Memory).disposeData(y.dataId);
      return {...y, dataId: x.dataId};
    }),
  },
  {
    name: 'attributes-changed',
    passes: ['forward'],
    wrong: 'the strides among the attributes are doubled after the call',
    fault: beside((params, right) => {
      const result = right(params) as TensorInfo;
      const strides = params.attrs?.['strides'] as number[];
      if (Array.isArray(strides)) params.attrs!['strides'] = strides.map((stride) => 2 * stride);
      return result;
    }),
  },
  {
    name: 'number-attributes-as-one',
    passes: ['forward'],
    wrong: 'strides and dilations that are given as one number are taken as 1',
    fault: beside((params, right) => {
      const attrs = {...params.attrs};
      for (const key of ['strides', 'dilations']) if (typeof attrs[key] === 'number') attrs[key] = 1;
      return right({...params, attrs}) as TensorInfo;
    }),
  },
  {
    name: 'kept-by-tensors',
    passes: ['forward'],
    wrong:
      'y is the one of an earlier call with the same x and filter, if it has that size, whatever the attributes are',
    fault: beside(keptByTensors(new WeakMap())),
  },
  {
    name: 'tensor-leaked',
    passes: allPasses,
    wrong: 'a copy of the result is never given back',
    fault: beside((params, right) => {
      const result = right(params) as TensorInfo;
      const place = {tf, backendName: tf.getBackend(), backend: params.backend as object};
      if (!result.shape.includes(0)) runBackendKernel(place, 'Relu', {x: result});
      return result;
    }),
  },
];

/** Answers from the results of earlier calls with the same two tensors. */
function keptByTensors(
  known: WeakMap<object, {other: object; values: Float32Array}>,
): (params: Params, right: KernelFunc) => TensorInfo {
  return (params, right) => {
    const [first, second] = Object.values(params.inputs as Record<string, TensorInfo>);
    const result = right(params) as TensorInfo;
    const values = valuesOf(result);
    if (!values) return result;
    const kept = known.get(first.dataId);
    if (kept?.other === second.dataId && kept.values.length === values.length) values.set(kept.values);
    else known.set(first.dataId, {other: second.dataId, values: values.slice()});
    return result;
  };
}

/** The array of a tensor on cpu; undefined elsewhere. */
function valuesOf({dataId}: TensorInfo): Float32Array | undefined {
  const backend = tf.backend() as unknown as Memory;
  return backend.tensorMap ? undefined : backend.readSync?.(dataId);
}

interface Memory {
  disposeData(dataId: object): void;
  tensorMap?: {get(dataId: object): unknown};
  readSync?(dataId: object): Float32Array;
}

/** Whether the only value is 1. If values cannot be read synchronously, the answer is false. */
function hasOne({dataId}: TensorInfo): boolean {
  const backend = tf.backend() as unknown as Memory;
  return !backend.tensorMap && backend.readSync?.(dataId)[0] === 1;
}
