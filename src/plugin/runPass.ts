import type {TensorInfo} from '@tensorflow/tfjs';
import type {Implementation} from '../backends/implementation.js';
import type {Conv2DInfo, Conv2DRequest} from '../geometry/conv2dInfo.js';
import {nameOutOfMemory} from '../geometry/error.js';
import {hasZeroSize, type Pass, passTensors, sizeOf, type TensorName, userShapeOf} from '../geometry/pass.js';
import {consume, makeZeros, type Place, release, runOther} from './backendOps.js';
import {type BuiltinKernels, builtinImplementation} from './builtinImplementation.js';
import type {Caller} from './caller.js';
import {countCall} from './calls.js';
import {checkNumbers, checkShape, hasShape} from './checkTensor.js';
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
  const {
    inputs: [first, second],
    output,
  } = passTensors[pass];
  const a = checkNumbers(functionName, shownAs(caller, first), call.inputs[first]);
  const b = checkNumbers(functionName, shownAs(caller, second), call.inputs[second]);
  const info = resolve(functionName, request, caller.names);
  try {
    return runResolved(place, call, info, a, b);
  } catch (error) {
    throw nameOutOfMemory(error, functionName, 4 * sizeOf(info, output));
  }
}

/** What the user calls a tensor. */
function shownAs({names}: Caller, name: TensorName): string {
  return name === 'dy' && names ? names.y : name;
}

/** {@link runPass} of a geometry. */
function runResolved(place: Place, call: PassCall, info: Conv2DInfo, a: TensorInfo, b: TensorInfo): TensorInfo {
  const {pass, caller} = call;
  const {functionName} = caller;
  // The shapes of x and filter are those of the request.
  const {dy} = call.inputs;
  if (dy && !hasShape(info, 'dy', dy.shape)) {
    if (pass === 'backpropInput' && isOversized(info, dy.shape)) {
      return consume(place, upperLeft(place, info, dy), (part) =>
        runPass(place, {...call, inputs: {...call.inputs, dy: part}}),
      );
    }
    checkShape(functionName, info, 'dy', dy.shape, shownAs(caller, 'dy'));
  }
  const shape = outputShape(call, info);
  const epilogue = call.epilogue && resolveEpilogue(functionName, call.epilogue, shape, info.dataFormat);
  if (shape.includes(0)) return makeZeros(place, shape);
  const tensors = epilogue ? [a, b, ...tensorsOf(epilogue)] : [a, b];
  return onFloats(place, tensors, (floats) => {
    const [x, y, ...beside] = floats as [TensorInfo, TensorInfo, ...(TensorInfo | undefined)[]];
    const follows = epilogue && floats !== tensors ? withTensors(epilogue, beside) : epilogue;
    if (!hasZeroSize(info)) return compute(place, call, info, x, y, follows);
    const zeros = makeZeros(place, shape); // sums of nothing
    return follows ? applyEpilogue(place, zeros, follows) : zeros;
  });
}

/** {@link runPass} of what was checked, on tensors whose memory holds floats. */
function compute(
  place: Place,
  call: PassCall,
  info: Conv2DInfo,
  a: TensorInfo,
  b: TensorInfo,
  epilogue: Resolved | undefined,
): TensorInfo {
  const {pass, wanted} = call;
  const {backendName, backend} = place;
  const builtin = call.builtin && builtinImplementation(backendName, call.builtin);
  const {implementation, refusal} = select(call.caller.functionName, backendName, info, pass, wanted, builtin);
  const nchw = info.dataFormat === 'NCHW';
  // In NCHW, what the epilogue reads is shaped for the result that is transposed back.
  const fusion = epilogue && !nchw ? fusionOf(epilogue) : undefined;
  const fused = fusion !== undefined && implementation.fuses?.(info, fusion, backend) === true;
  const result = nchw
    ? runTransposed(place, implementation, pass, info, a, b)
    : implementation.run(pass, info, a, b, backend, fused ? fusion : undefined);
  countCall(backendName, implementation.algorithm, pass, wanted.algorithm, refusal);
  return epilogue && !fused ? applyEpilogue(place, result, epilogue) : result;
}

/** Runs an implementation, which knows NHWC only, on tensors in NCHW. @returns a tensor in NCHW, or a filter */
function runTransposed(
  place: Place,
  implementation: Implementation,
  pass: Pass,
  info: Conv2DInfo,
  ...tensors: [TensorInfo, TensorInfo]
): TensorInfo {
  const {inputs, output} = passTensors[pass];
  const transposed: TensorInfo[] = [];
  let result: TensorInfo;
  try {
    const [a, b] = tensors.map((tensor, i) => {
      if (!isImage(inputs[i])) return tensor;
      const image = transpose(place, tensor, [0, 2, 3, 1]);
      transposed.push(image);
      return image;
    });
    result = implementation.run(pass, info, a, b, place.backend);
  } finally {
    for (const tensor of transposed) release(place, tensor);
  }
  return isImage(output) ? consume(place, result, (y) => transpose(place, y, [0, 3, 1, 2])) : result;
}

/** The result's shape, in the user's data format: that of dFilter is the request's, since a geometry without channels has no multiplier. */
function outputShape({pass, request}: PassCall, info: Conv2DInfo): number[] {
  if (pass === 'forward') return userShapeOf(info, 'y');
  return [...(pass === 'backpropInput' ? request.xShape : request.filterShape)];
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
