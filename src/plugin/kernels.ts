import type {KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo} from '@tensorflow/tfjs-core';
import type {Conv2DRequest, DataFormat, ExplicitPads, Kind, Pad} from '../geometry/conv2dInfo.js';
import {type Pass, passes} from '../geometry/pass.js';
import type {BackendContext} from './backendOps.js';
import type {BuiltinKernels} from './builtinImplementation.js';
import type {EpilogueOptions} from './epilogue.js';
import {recordFusedRun} from './fusedRun.js';
import {runPass} from './runPass.js';
import type {Requested} from './select.js';
import type {Tf} from './tfjs.js';
import {type UserOp, userOpOf} from './userOp.js';

/** The names under which tfjs registers the three passes. */
export type KernelNames = Readonly<Record<Pass, string>>;

export const kinds: readonly Kind[] = ['dense', 'depthwise'];

/** tfjs's own kernels, which `install()` replaces. */
export const builtinKernelNames: Readonly<Record<Kind, KernelNames>> = {
  dense: kernelNamesFrom('Conv2D'),
  depthwise: kernelNamesFrom('DepthwiseConv2dNative'),
};

/**
 * Additional kernels under convgrad's own names, for `conv2d`, `depthwiseConv2d` and their backward functions, which work without
 * `install()`.
 */
export const ownKernelNames: Readonly<Record<Kind, KernelNames>> = {
  dense: kernelNamesFrom('ConvgradConv2D'),
  depthwise: kernelNamesFrom('ConvgradDepthwiseConv2D'),
};

/** tfjs's fused kernels of forward, bias and activation, which `install()` also replaces. */
export const fusedKernelNames: Readonly<Record<Kind, string>> = {
  dense: 'FusedConv2D',
  depthwise: 'FusedDepthwiseConv2D',
};

/** The functions that users call, by kind, for error messages. */
export const functionNames: Readonly<Record<Kind, string>> = {dense: 'conv2d', depthwise: 'depthwiseConv2d'};

/** The kind and pass of one of tfjs's own kernels; undefined for other names. */
export function passOf(kernelName: string): {kind: Kind; pass: Pass} | undefined {
  const all = kinds.flatMap((kind) => passes.map((pass) => ({kind, pass})));
  return all.find(({kind, pass}) => builtinKernelNames[kind][pass] === kernelName);
}

function kernelNamesFrom(forward: string): KernelNames {
  return {forward, backpropInput: `${forward}BackpropInput`, backpropFilter: `${forward}BackpropFilter`};
}

/** Marks kernels and gradients as convgrad's, recognisable by other copies of this package too. */
const mark = Symbol.for('tfjs-convgrad');

/** Whether a kernel or gradient function is convgrad's. */
export function isOurs(registered: unknown): boolean {
  return typeof registered === 'function' && mark in registered;
}

export function markOurs<F extends object>(func: F): F {
  return Object.defineProperty(func, mark, {value: true});
}

type KernelInputs = NamedTensorInfoMap & Record<string, TensorInfo | undefined>;
type KernelAttributes = Omit<Conv2DRequest, 'xShape' | 'filterShape' | 'kind'>;

/** Prepares to find tfjs's own kernel of that name on one backend. The returned function finds it at the time of a call. */
export type FindBuiltin = (kernelName: string) => () => KernelFunc | undefined;

/**
 * Makes the kernel functions of the three passes of one kind on one backend, by pass.
 * @param requested returns the requested algorithm and accuracy at the time of a call
 */
export function passKernels(
  tf: Tf,
  kind: Kind,
  backendName: string,
  requested: () => Requested,
  builtin: FindBuiltin,
): Record<Pass, KernelFunc> {
  const functionName = functionNames[kind];
  const {forward: forwardName, backpropInput, backpropFilter} = builtinKernelNames[kind];
  const [plain, plainInput, plainFilter] = [builtin(forwardName), builtin(backpropInput), builtin(backpropFilter)];
  const kernel = (
    run: (context: BackendContext, inputs: KernelInputs, attrs: NamedAttrMap) => TensorInfo,
  ): KernelFunc =>
    markOurs(({inputs, attrs, backend}) => run({tf, backendName, backend}, inputs as KernelInputs, attrs ?? {}));
  return {
    forward: kernel((context, inputs, attrs) =>
      forward(context, kind, userOpOf(tf, functionName), inputs, attrs, requested(), {plain: plain()}),
    ),
    backpropInput: kernel((context, {dy, filter}, attrs) =>
      runPass(context, {
        userOp: userOpOf(tf, `${functionName}BackpropInput`),
        pass: 'backpropInput',
        inputs: {dy, filter},
        request: requestOf(kind, attrs, attrs['inputShape'] as number[], filter?.shape),
        requested: requested(),
        builtin: {plain: plainInput()},
      }),
    ),
    backpropFilter: kernel((context, {x, dy}, attrs) =>
      runPass(context, {
        userOp: {functionName: `${functionName}BackpropFilter`},
        pass: 'backpropFilter',
        inputs: {x, dy},
        request: requestOf(kind, attrs, x?.shape, attrs['filterShape'] as number[]),
        requested: requested(),
        builtin: {plain: plainFilter()},
      }),
    ),
  };
}

/** Makes the fused kernel function of one kind on one backend: forward, bias, activation. */
export function fusedKernel(
  tf: Tf,
  kind: Kind,
  backendName: string,
  requested: () => Requested,
  builtin: FindBuiltin,
): KernelFunc {
  const functionName = `fused.${functionNames[kind]}`;
  const [plain, fused] = [builtin(builtinKernelNames[kind].forward), builtin(fusedKernelNames[kind])];
  return markOurs(({inputs, attrs = {}, backend}) => {
    const context = {tf, backendName, backend};
    const {bias, preluActivationWeights} = inputs as KernelInputs;
    const {activation, leakyreluAlpha} = attrs as Pick<EpilogueOptions, 'activation' | 'leakyreluAlpha'>;
    const epilogue = {activation, leakyreluAlpha, bias, preluActivationWeights};
    const kernels = {plain: plain(), fused: fused()};
    const result = forward(
      context,
      kind,
      {functionName},
      inputs as KernelInputs,
      attrs,
      requested(),
      kernels,
      epilogue,
    );
    const {x, filter} = inputs as Record<string, TensorInfo>;
    if ((activation || 'linear') === 'linear') recordFusedRun({x, filter, bias, y: result, attrs});
    return result;
  });
}

function forward(
  context: BackendContext,
  kind: Kind,
  userOp: UserOp,
  {x, filter}: KernelInputs,
  attrs: NamedAttrMap,
  requested: Requested,
  builtin: BuiltinKernels,
  epilogue?: EpilogueOptions,
): TensorInfo {
  const request = requestOf(kind, attrs, x?.shape, filter?.shape);
  return runPass(context, {userOp, pass: 'forward', inputs: {x, filter}, request, requested, builtin, epilogue});
}

/** The request that the attributes describe. A missing tensor has no shape here; it is refused before the shapes are read. */
export function requestOf(
  kind: Kind,
  attrs: NamedAttrMap,
  xShape: readonly number[] | undefined,
  filterShape: readonly number[] | undefined,
): Conv2DRequest {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = attrs as unknown as KernelAttributes;
  return {
    kind,
    xShape: xShape as readonly number[],
    filterShape: filterShape as readonly number[],
    strides: spatialSteps(strides),
    pad: spatialPads(pad, dataFormat),
    dataFormat,
    dilations: dilations && spatialSteps(dilations),
    dimRoundingMode,
  };
}

/** Keeps the steps along height and width; tfjs ignores any that follow. */
function spatialSteps(steps: Conv2DRequest['strides']): Conv2DRequest['strides'] {
  return Array.isArray(steps) && steps.length > 2 ? steps.slice(0, 2) : steps;
}

/**
 * Sets the explicit pads of batch and channels to zero, because tfjs ignores them, and programs that run without convgrad must
 * run with it.
 */
function spatialPads(pad: Pad, dataFormat: DataFormat | undefined): Pad {
  const channels = dataFormat === 'NCHW' ? 1 : 3;
  return Array.isArray(pad)
    ? (pad as ExplicitPads).map((pair, axis) => (axis === 0 || axis === channels ? [0, 0] : pair))
    : pad;
}
