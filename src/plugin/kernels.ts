import type {KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DRequest} from '../geometry/conv2dInfo.js';
import type {Pass} from '../geometry/pass.js';
import type {Place} from './backendOps.js';
import type {BuiltinKernels} from './builtinImplementation.js';
import type {Epilogue} from './epilogue.js';
import {noteFusedRun} from './fusedRun.js';
import {runPass} from './runPass.js';
import type {Tf} from './tfjs.js';

/** The names under which the three passes are registered with tfjs. */
export type KernelNames = Readonly<Record<Pass, string>>;

/** tfjs's own kernels, which `install()` replaces. */
export const builtinNames: KernelNames = {
  forward: 'Conv2D',
  backpropInput: 'Conv2DBackpropInput',
  backpropFilter: 'Conv2DBackpropFilter',
};

/** Kernels of our own beside them, for `conv2d` and `conv2dBackward`, which work whether installed or not. */
export const ownNames: KernelNames = {
  forward: 'ConvgradConv2D',
  backpropInput: 'ConvgradConv2DBackpropInput',
  backpropFilter: 'ConvgradConv2DBackpropFilter',
};

export const fusedName = 'FusedConv2D';

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
type Attributes = Omit<Conv2DRequest, 'xShape' | 'filterShape'>;

/** Finds tfjs's own kernel of that name on one backend, at the time of a call. */
export type FindBuiltin = (kernelName: string) => KernelFunc | undefined;

/**
 * The kernel functions of the three passes on one backend, by pass.
 * @param wanted the algorithm asked for at the time of a call, or 'auto'
 */
export function passKernels(
  tf: Tf,
  backendName: string,
  wanted: () => string,
  builtin: FindBuiltin,
): Record<Pass, KernelFunc> {
  const kernel = (run: (place: Place, inputs: Inputs, attrs: NamedAttrMap) => TensorInfo): KernelFunc =>
    markOurs(({inputs, attrs, backend}) => run({tf, backendName, backend}, inputs as Inputs, attrs ?? {}));
  return {
    forward: kernel((place, inputs, attrs) =>
      forward(place, 'conv2d', inputs, attrs, wanted(), {plain: builtin(builtinNames.forward)}),
    ),
    backpropInput: kernel((place, {dy, filter}, attrs) =>
      runPass(place, {
        functionName: 'conv2dBackpropInput',
        pass: 'backpropInput',
        inputs: {dy, filter},
        request: {...attributes(attrs), xShape: attrs['inputShape'] as number[], filterShape: filter?.shape ?? []},
        wanted: wanted(),
        builtin: {plain: builtin(builtinNames.backpropInput)},
      }),
    ),
    backpropFilter: kernel((place, {x, dy}, attrs) =>
      runPass(place, {
        functionName: 'conv2dBackpropFilter',
        pass: 'backpropFilter',
        inputs: {x, dy},
        request: {...attributes(attrs), xShape: x?.shape ?? [], filterShape: attrs['filterShape'] as number[]},
        wanted: wanted(),
        builtin: {plain: builtin(builtinNames.backpropFilter)},
      }),
    ),
  };
}

/** The kernel function of FusedConv2D on one backend: forward, bias, activation. */
export function fusedKernel(tf: Tf, backendName: string, wanted: () => string, builtin: FindBuiltin): KernelFunc {
  const functionName = 'fused.conv2d';
  return markOurs(({inputs, attrs = {}, backend}) => {
    const place = {tf, backendName, backend};
    const {bias, preluActivationWeights} = inputs as Inputs;
    const epilogue = {...(attrs as Pick<Epilogue, 'activation' | 'leakyreluAlpha'>), bias, preluActivationWeights};
    const kernels = {plain: builtin(builtinNames.forward), fused: builtin(fusedName)};
    const result = forward(place, functionName, inputs as Inputs, attrs, wanted(), kernels, epilogue);
    const {x, filter} = inputs as Record<string, TensorInfo>;
    if ((epilogue.activation ?? 'linear') === 'linear') {
      noteFusedRun({x, filter, bias, y: result, attrs, names: builtinNames});
    }
    return result;
  });
}

function forward(
  place: Place,
  functionName: string,
  {x, filter}: Inputs,
  attrs: NamedAttrMap,
  wanted: string,
  builtin: BuiltinKernels,
  epilogue?: Epilogue,
): TensorInfo {
  const request = {...attributes(attrs), xShape: x?.shape ?? [], filterShape: filter?.shape ?? []};
  return runPass(place, {functionName, pass: 'forward', inputs: {x, filter}, request, wanted, builtin, epilogue});
}

function attributes(attrs: NamedAttrMap): Attributes {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = attrs as unknown as Attributes;
  return {strides, pad, dataFormat, dilations, dimRoundingMode};
}
