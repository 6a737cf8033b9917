import type {KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DRequest, DataFormat, ExplicitPads, Kind, Pad} from '../geometry/conv2dInfo.js';
import {type Pass, passes} from '../geometry/pass.js';
import type {Place} from './backendOps.js';
import type {BuiltinKernels} from './builtinImplementation.js';
import {type Caller, callerOf} from './caller.js';
import type {Epilogue} from './epilogue.js';
import {noteFusedRun} from './fusedRun.js';
import {runPass} from './runPass.js';
import type {Wanted} from './select.js';
import type {Tf} from './tfjs.js';

/** The names under which the three passes are registered with tfjs. */
export type KernelNames = Readonly<Record<Pass, string>>;

export const kinds: readonly Kind[] = ['dense', 'depthwise'];

/** tfjs's own kernels, which `install()` replaces. */
export const builtinNames: Readonly<Record<Kind, KernelNames>> = {
  dense: named('Conv2D'),
  depthwise: named('DepthwiseConv2dNative'),
};

/** Kernels of our own beside them, for `conv2d`, `depthwiseConv2d` and their backward passes, which work whether installed or not. */
export const ownNames: Readonly<Record<Kind, KernelNames>> = {
  dense: named('ConvgradConv2D'),
  depthwise: named('ConvgradDepthwiseConv2D'),
};

/** tfjs's kernels of forward, bias and activation in one, which `install()` replaces as well. */
export const fusedNames: Readonly<Record<Kind, string>> = {dense: 'FusedConv2D', depthwise: 'FusedDepthwiseConv2D'};

/** What users call, by kind, for error messages. */
export const functionNames: Readonly<Record<Kind, string>> = {dense: 'conv2d', depthwise: 'depthwiseConv2d'};

/** Which pass of which kind tfjs knows by this name. */
export function passOf(kernelName: string): {kind: Kind; pass: Pass} | undefined {
  const all = kinds.flatMap((kind) => passes.map((pass) => ({kind, pass})));
  return all.find(({kind, pass}) => builtinNames[kind][pass] === kernelName);
}

function named(forward: string): KernelNames {
  return {forward, backpropInput: `${forward}BackpropInput`, backpropFilter: `${forward}BackpropFilter`};
}

/** Marks kernels and gradients as convgrad's, also for another copy of this package. */
const mark = Symbol.for('tfjs-convgrad');

/** Whether a kernel or gradient function is one of convgrad's. */
export function isOurs(registered: unknown): boolean {
  return typeof registered === 'function' && mark in registered;
}

export function markOurs<F extends object>(func: F): F {
  return Object.defineProperty(func, mark, {value: true});
}

type Inputs = NamedTensorInfoMap & Record<string, TensorInfo | undefined>;
type Attributes = Omit<Conv2DRequest, 'xShape' | 'filterShape' | 'kind'>;

/** Prepares to find tfjs's own kernel of that name on one backend. What it returns finds it, at the time of a call. */
export type FindBuiltin = (kernelName: string) => () => KernelFunc | undefined;

/**
 * The kernel functions of the three passes of one kind on one backend, by pass.
 * @param wanted what is asked for at the time of a call
 */
export function passKernels(
  tf: Tf,
  kind: Kind,
  backendName: string,
  wanted: () => Wanted,
  builtin: FindBuiltin,
): Record<Pass, KernelFunc> {
  const functionName = functionNames[kind];
  const {forward: forwardName, backpropInput, backpropFilter} = builtinNames[kind];
  const [plain, plainInput, plainFilter] = [builtin(forwardName), builtin(backpropInput), builtin(backpropFilter)];
  const kernel = (run: (place: Place, inputs: Inputs, attrs: NamedAttrMap) => TensorInfo): KernelFunc =>
    markOurs(({inputs, attrs, backend}) => run({tf, backendName, backend}, inputs as Inputs, attrs ?? {}));
  return {
    forward: kernel((place, inputs, attrs) =>
      forward(place, kind, callerOf(tf, functionName), inputs, attrs, wanted(), {plain: plain()}),
    ),
    backpropInput: kernel((place, {dy, filter}, attrs) =>
      runPass(place, {
        caller: callerOf(tf, `${functionName}BackpropInput`),
        pass: 'backpropInput',
        inputs: {dy, filter},
        request: requestOf(kind, attrs, attrs['inputShape'] as number[], filter?.shape),
        wanted: wanted(),
        builtin: {plain: plainInput()},
      }),
    ),
    backpropFilter: kernel((place, {x, dy}, attrs) =>
      runPass(place, {
        caller: {functionName: `${functionName}BackpropFilter`},
        pass: 'backpropFilter',
        inputs: {x, dy},
        request: requestOf(kind, attrs, x?.shape, attrs['filterShape'] as number[]),
        wanted: wanted(),
        builtin: {plain: plainFilter()},
      }),
    ),
  };
}

/** The kernel function of one kind's fused kernel on one backend: forward, bias, activation. */
export function fusedKernel(
  tf: Tf,
  kind: Kind,
  backendName: string,
  wanted: () => Wanted,
  builtin: FindBuiltin,
): KernelFunc {
  const functionName = `fused.${functionNames[kind]}`;
  const [plain, fused] = [builtin(builtinNames[kind].forward), builtin(fusedNames[kind])];
  return markOurs(({inputs, attrs = {}, backend}) => {
    const place = {tf, backendName, backend};
    const {bias, preluActivationWeights} = inputs as Inputs;
    const {activation, leakyreluAlpha} = attrs as Pick<Epilogue, 'activation' | 'leakyreluAlpha'>;
    const epilogue = {activation, leakyreluAlpha, bias, preluActivationWeights};
    const kernels = {plain: plain(), fused: fused()};
    const result = forward(place, kind, {functionName}, inputs as Inputs, attrs, wanted(), kernels, epilogue);
    const {x, filter} = inputs as Record<string, TensorInfo>;
    if ((activation || 'linear') === 'linear') noteFusedRun({x, filter, bias, y: result, attrs});
    return result;
  });
}

function forward(
  place: Place,
  kind: Kind,
  caller: Caller,
  {x, filter}: Inputs,
  attrs: NamedAttrMap,
  wanted: Wanted,
  builtin: BuiltinKernels,
  epilogue?: Epilogue,
): TensorInfo {
  const request = requestOf(kind, attrs, x?.shape, filter?.shape);
  return runPass(place, {caller, pass: 'forward', inputs: {x, filter}, request, wanted, builtin, epilogue});
}

/** What the attributes ask for. A tensor that is missing, and so has no shape, is refused before the shapes are read. */
function requestOf(
  kind: Kind,
  attrs: NamedAttrMap,
  xShape: readonly number[] | undefined,
  filterShape: readonly number[] | undefined,
): Conv2DRequest {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = attrs as unknown as Attributes;
  return {
    kind,
    xShape: xShape as readonly number[],
    filterShape: filterShape as readonly number[],
    strides: firstTwo(strides),
    pad: spatial(pad, dataFormat),
    dataFormat,
    dilations: dilations && firstTwo(dilations),
    dimRoundingMode,
  };
}

/** tfjs does not look at what follows the steps along height and width. */
function firstTwo(steps: Conv2DRequest['strides']): Conv2DRequest['strides'] {
  return Array.isArray(steps) && steps.length > 2 ? steps.slice(0, 2) : steps;
}

/** tfjs does not look at what explicit pads say of batch and channels; programs that run without convgrad run with it. */
function spatial(pad: Pad, dataFormat: DataFormat | undefined): Pad {
  const channels = dataFormat === 'NCHW' ? 1 : 3;
  return Array.isArray(pad)
    ? (pad as ExplicitPads).map((pair, axis) => (axis === 0 || axis === channels ? [0, 0] : pair))
    : pad;
}
