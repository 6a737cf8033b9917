import type {KernelFunc, TensorInfo} from '@tensorflow/tfjs-core';
import type {Builtin, Implementation, TensorEpilogue} from '../backends/implementation.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {explicitPads} from '../geometry/explicitPads.js';
import {type Pass, shapeOf} from '../geometry/pass.js';
import {builtinOf} from './select.js';

/**
 * The name under which tfjs's own kernels are requested and counted. They are no algorithms of convgrad's, and are never counted
 * as one.
 */
export const builtinName = 'builtin';

/** tfjs's own kernels of one pass, without and with the epilogue; absent where there is none. */
export interface BuiltinKernels {
  plain?: KernelFunc | undefined;
  fused?: KernelFunc | undefined;
}

/**
 * Wraps tfjs's own kernel as one more implementation, on backends that use it. The kernel gets the resolved geometry as explicit
 * pads, so the errors that tfjs makes in resolving pad, filter and rounding mode have no effect.
 */
export function builtinImplementation(backendName: string, kernels: BuiltinKernels): Implementation | undefined {
  const policy = builtinOf(backendName);
  if (!policy || !kernels.plain) return undefined;
  const known = cache.get(kernels.plain);
  if (known?.backendName === backendName && known.fused === kernels.fused) return known.implementation;
  const implementation = implementationOf(backendName, policy, kernels);
  cache.set(kernels.plain, {backendName, fused: kernels.fused, implementation});
  return implementation;
}

/** The last implementation that was made for each kernel, because every call asks for it. */
const cache = new WeakMap<
  KernelFunc,
  {backendName: string; fused: KernelFunc | undefined; implementation: Implementation}
>();

function implementationOf(backendName: string, policy: Builtin, kernels: BuiltinKernels): Implementation {
  return {
    algorithm: builtinName,
    passes: policy.passes,
    ...(policy.isFaster ? {isFaster: policy.isFaster} : {}),
    ...(policy.cost ? {cost: policy.cost} : {}),
    ...(policy.predict ? {predict: policy.predict} : {}),
    supports: (info, pass) =>
      policy.passes.includes(pass) ? policy.supports(info, pass) : `convgrad does not use ${backendName}'s own ${pass}`,
    fuses: (info, tensorEpilogue, backend) =>
      kernels.fused !== undefined && policy.fuses(info, tensorEpilogue, backend),
    run(pass, info, a, b, backend, tensorEpilogue) {
      const kernel = (tensorEpilogue ? kernels.fused : kernels.plain) as KernelFunc;
      const attrs = attributesOf(info, tensorEpilogue);
      const inputs = inputsOf(pass, a, b, tensorEpilogue) as Record<string, TensorInfo>;
      const run = (on: object) => kernel({inputs, attrs: attrs as never, backend: on}) as TensorInfo;
      return policy.run ? policy.run(backend, inputs, run) : run(backend);
    },
  };
}

/** The input tensors of a pass under tfjs's names. */
function inputsOf(pass: Pass, a: TensorInfo, b: TensorInfo, tensorEpilogue: TensorEpilogue | undefined): object {
  switch (pass) {
    case 'forward': {
      if (!tensorEpilogue) return {x: a, filter: b};
      const {bias, preluActivationWeights} = tensorEpilogue;
      return {x: a, filter: b, bias, preluActivationWeights};
    }
    case 'backpropInput':
      return {dy: a, filter: b};
    case 'backpropFilter':
      return {x: a, dy: b};
  }
}

interface Attributes {
  plain: object;
  /** The last attributes with an activation; a layer has the same activation at each call. */
  fused?: Pick<TensorEpilogue, 'activation' | 'leakyreluAlpha'>;
}

const attributeCache = new WeakMap<Conv2DInfo, Attributes>();

/** The geometry and the epilogue as attributes of tfjs's kernels. */
function attributesOf(info: Conv2DInfo, tensorEpilogue: TensorEpilogue | undefined): object {
  let known = attributeCache.get(info);
  if (!known) {
    const plain = {
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      pad: explicitPads(info),
      dataFormat: 'NHWC',
      inputShape: shapeOf(info, 'x'),
      filterShape: shapeOf(info, 'filter'),
    };
    known = {plain};
    attributeCache.set(info, known);
  }
  if (!tensorEpilogue) return known.plain;
  const {activation, leakyreluAlpha} = tensorEpilogue;
  const {fused} = known;
  if (fused?.activation === activation && fused.leakyreluAlpha === leakyreluAlpha) return fused;
  known.fused = {...known.plain, activation, leakyreluAlpha};
  return known.fused;
}
