import type {KernelFunc, TensorInfo} from '@tensorflow/tfjs';
import type {Builtin, Implementation} from '../backends/implementation.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {explicitPads} from '../geometry/explicitPads.js';
import {passTensors, shapeOf} from '../geometry/pass.js';
import {builtinOf} from './select.js';

/** The name under which tfjs's own kernels are asked for and counted. They are no algorithm of convgrad's, and never counted as one. */
export const builtinName = 'builtin';

/** tfjs's own kernels of one pass, where there are any: without and with the epilogue. */
export interface BuiltinKernels {
  plain?: KernelFunc | undefined;
  fused?: KernelFunc | undefined;
}

export type BuiltinImplementation = Implementation & Pick<Builtin, 'isFaster'>;

/**
 * tfjs's own kernel as one more implementation, on backends that use it. It gets the resolved geometry in explicit pads: what tfjs
 * computes wrong from pad, filter and rounding mode has no part in it.
 */
export function builtinImplementation(backendName: string, kernels: BuiltinKernels): BuiltinImplementation | undefined {
  const policy = builtinOf(backendName);
  if (!policy || !kernels.plain) return undefined;
  const known = made.get(kernels.plain);
  if (known?.backendName === backendName && known.fused === kernels.fused) return known.implementation;
  const implementation = implementationOf(backendName, policy, kernels);
  made.set(kernels.plain, {backendName, fused: kernels.fused, implementation});
  return implementation;
}

/** The last that was made of a kernel: each call asks for it. */
const made = new WeakMap<
  KernelFunc,
  {backendName: string; fused: KernelFunc | undefined; implementation: BuiltinImplementation}
>();

function implementationOf(backendName: string, policy: Builtin, kernels: BuiltinKernels): BuiltinImplementation {
  return {
    algorithm: builtinName,
    passes: policy.passes,
    ...(policy.isFaster ? {isFaster: policy.isFaster} : {}),
    ...(policy.cost ? {cost: policy.cost} : {}),
    ...(policy.predict ? {predict: policy.predict} : {}),
    supports: (info, pass) =>
      policy.passes.includes(pass) ? policy.supports(info, pass) : `${backendName}'s own ${pass} is not used`,
    fuses: (info, fusion, backend) => kernels.fused !== undefined && policy.fuses(info, fusion, backend),
    run(pass, info, a, b, backend, fusion) {
      const [first, second] = passTensors[pass].inputs;
      const {bias, preluActivationWeights, ...activation} = fusion ?? {};
      const kernel = (fusion ? kernels.fused : kernels.plain) as KernelFunc;
      const attrs = fusion ? {...attributesOf(info), ...activation} : attributesOf(info);
      const inputs = {[first]: a, [second]: b, ...(fusion ? {bias, preluActivationWeights} : {})};
      const run = (on: object) =>
        kernel({inputs: inputs as Record<string, TensorInfo>, attrs: attrs as never, backend: on}) as TensorInfo;
      const read = [a, b, bias, preluActivationWeights].filter((tensor) => tensor != null);
      return policy.run ? policy.run(backend, read, run) : run(backend);
    },
  };
}

const attributes = new WeakMap<Conv2DInfo, object>();

/** A geometry as tfjs's kernels take it. */
function attributesOf(info: Conv2DInfo): object {
  const known = attributes.get(info);
  if (known) return known;
  const all = {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pad: explicitPads(info),
    dataFormat: 'NHWC',
    inputShape: shapeOf(info, 'x'),
    filterShape: shapeOf(info, 'filter'),
  };
  attributes.set(info, all);
  return all;
}
