import type {TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DInfo, Conv2DRequest} from '../geometry/conv2dInfo.js';
import {nameOutOfMemory} from '../geometry/error.js';
import {hasZeroSize, type Pass, passTensors, sizeOf, type TensorName, userShapeOf} from '../geometry/pass.js';
import {consume, makeZeros, type Place, release, runOther} from './backendOps.js';
import {type BuiltinKernels, builtinImplementation} from './builtinImplementation.js';
import type {Caller} from './caller.js';
import {countCall} from './calls.js';
import {checkNumbers, checkShape} from './checkTensor.js';
import {
  applyEpilogue,
  type Epilogue,
  fusionOf,
  type Resolved,
  resolveEpilogue,
  tensorsOf,
  withTensors,
} from './epilogue.js';
import {onFloats} from './floats.js';
import {resolve} from './resolved.js';
import {select, type Wanted} from './select.js';

/** One pass to be computed, as a tfjs kernel is asked for it. */
export interface PassCall {
  /** For error messages. */
  caller: Caller;
  pass: Pass;
  /** The pass's inputs by name, in the user's data format. */
  inputs: Partial<Record<TensorName, TensorInfo | undefined>>;
  request: Conv2DRequest;
  wanted: Wanted;
  /** tfjs's own kernels of this pass. */
  builtin?: BuiltinKernels;
  /** What follows a forward pass. */
  epilogue?: Epilogue;
}

/**
 * Runs one pass: validates, resolves the geometry, selects an implementation, transposes NCHW to NHWC and back around it,
 * and applies the epilogue where the implementation does not.
 * @returns a new tensor in the user's data format
 * @throws ConvgradError on anything that is not a well-formed convolution of real numbers
 */
export function runPass(place: Place, call: PassCall): TensorInfo {
  const {pass, request, caller} = call;
  const {functionName} = caller;
  const {inputs: names, output} = passTensors[pass];
  const inputs = names.map((name) => checkNumbers(functionName, shownAs(caller, name), call.inputs[name]));
  const info = resolve(functionName, request, caller.names);
  try {
    return runResolved(place, call, info, inputs);
  } catch (error) {
    throw nameOutOfMemory(error, functionName, 4 * sizeOf(info, output));
  }
}

/** What the user calls a tensor. */
function shownAs({names}: Caller, name: TensorName): string {
  return name === 'dy' && names ? names.y : name;
}

/** {@link runPass} of a geometry. */
function runResolved(place: Place, call: PassCall, info: Conv2DInfo, inputs: readonly TensorInfo[]): TensorInfo {
  const {pass, request, caller} = call;
  const {functionName} = caller;
  const {inputs: names, output} = passTensors[pass];
  if (pass === 'backpropInput' && isOversized(info, inputs[0].shape)) {
    return consume(place, upperLeft(place, info, inputs[0]), (dy) =>
      runPass(place, {...call, inputs: {...call.inputs, dy}}),
    );
  }
  // The shapes of x and filter are those of the request.
  if (call.inputs.dy) checkShape(functionName, info, 'dy', call.inputs.dy.shape, shownAs(caller, 'dy'));
  const shapes = {y: userShapeOf(info, 'y'), dx: request.xShape, dFilter: request.filterShape};
  const shape = [...shapes[output as keyof typeof shapes]];
  const epilogue = call.epilogue && resolveEpilogue(functionName, call.epilogue, shape, info.dataFormat);
  if (shape.includes(0)) return makeZeros(place, shape);
  return onFloats(place, [...inputs, ...(epilogue ? tensorsOf(epilogue) : [])], (floats) => {
    const follows = epilogue && withTensors(epilogue, floats.slice(names.length));
    if (!hasZeroSize(info)) return compute(place, call, info, floats.slice(0, names.length) as TensorInfo[], follows);
    const zeros = makeZeros(place, shape); // sums of nothing
    return follows ? applyEpilogue(place, zeros, follows) : zeros;
  });
}

/** {@link runPass} of what was checked, on tensors whose memory holds floats. */
function compute(
  place: Place,
  call: PassCall,
  info: Conv2DInfo,
  inputs: readonly TensorInfo[],
  epilogue: Resolved | undefined,
): TensorInfo {
  const {
    pass,
    caller: {functionName},
  } = call;
  const {inputs: names, output} = passTensors[pass];
  const builtin = call.builtin && builtinImplementation(place.backendName, call.builtin);
  const {implementation, refusal} = select(functionName, place.backendName, info, pass, call.wanted, builtin);
  const nchw = info.dataFormat === 'NCHW';
  const transposed: TensorInfo[] = [];
  const toNHWC = (name: TensorName, tensor: TensorInfo) => {
    if (!nchw || !isImage(name)) return tensor;
    transposed.push(transpose(place, tensor, [0, 2, 3, 1]));
    return transposed[transposed.length - 1];
  };
  // In NCHW, what the epilogue reads is shaped for the result that is transposed back.
  const fusion = epilogue && !nchw ? fusionOf(epilogue) : undefined;
  const fused = fusion !== undefined && implementation.fuses?.(info, fusion, place.backend) === true;
  let result: TensorInfo;
  try {
    const [a, b] = inputs.map((tensor, i) => toNHWC(names[i], tensor));
    result = implementation.run(pass, info, a, b, place.backend, fused ? fusion : undefined);
  } finally {
    for (const tensor of transposed) release(place, tensor);
  }
  countCall(place.backendName, implementation.algorithm, pass, call.wanted.algorithm, refusal);
  if (nchw && isImage(output)) result = consume(place, result, (y) => transpose(place, y, [0, 3, 1, 2]));
  return epilogue && !fused ? applyEpilogue(place, result, epilogue) : result;
}

/** Whether the tensor has a batch and channels whose order the data format decides; filters are HWIO always. */
function isImage(name: TensorName): boolean {
  return name !== 'filter' && name !== 'dFilter';
}

function transpose(place: Place, x: TensorInfo, perm: number[]): TensorInfo {
  return runOther(place, 'Transpose', {x}, {perm});
}

/** tf.conv2dTranspose takes a dy that is higher or wider than its output shape calls for, and reads the upper left part of it. */
function isOversized(info: Conv2DInfo, dyShape: number[]): boolean {
  const wanted = userShapeOf(info, 'dy');
  const spatial = info.dataFormat === 'NCHW' ? [2, 3] : [1, 2];
  const reaches = (size: number, i: number) => size === wanted[i] || (spatial.includes(i) && size > wanted[i]);
  return dyShape.length === 4 && dyShape.every(reaches) && spatial.some((i) => dyShape[i] > wanted[i]);
}

function upperLeft(place: Place, info: Conv2DInfo, dy: TensorInfo): TensorInfo {
  return runOther(place, 'Slice', {x: dy}, {begin: [0, 0, 0, 0], size: userShapeOf(info, 'dy')});
}
