import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Implementation} from '../backends/implementation.js';
import type {Conv2DInfo, Conv2DRequest} from '../geometry/conv2dInfo.js';
import {namePassError} from '../geometry/error.js';
import {hasZeroSize, type Pass, passTensors, sizeOf, type TensorName, userShapeOf} from '../geometry/pass.js';
import {applyAndRelease, type BackendContext, makeZeros, release, runBackendKernel} from './backendOps.js';
import {type BuiltinKernels, builtinImplementation} from './builtinImplementation.js';
import {countCall} from './callCounts.js';
import {checkNumeric, checkShape, hasShape} from './checkTensor.js';
import {
  applyEpilogue,
  type EpilogueOptions,
  type ResolvedEpilogue,
  resolveEpilogue,
  tensorEpilogueOf,
  tensorsOf,
  withTensors,
} from './epilogue.js';
import {withFloatTensors} from './floatTensors.js';
import {resolveGeometry} from './geometryCache.js';
import {type Requested, select} from './select.js';
import type {UserOp} from './userOp.js';

/** One pass, as tfjs asks a kernel for it. */
export interface PassCall {
  /** The op that the user called, for error messages. */
  userOp: UserOp;
  pass: Pass;
  /** The pass's inputs by name, in the user's data format. */
  inputs: Partial<Record<TensorName, TensorInfo | undefined>>;
  request: Conv2DRequest;
  requested: Requested;
  /** tfjs's own kernels of this pass. */
  builtin?: BuiltinKernels;
  /** The epilogue of a forward pass. */
  epilogue?: EpilogueOptions;
}

/**
 * Runs one pass: checks the inputs, resolves the geometry, and selects an implementation. It transposes NCHW to NHWC and back
 * around the implementation, and applies the epilogue where the implementation does not.
 * @returns a new tensor in the user's data format
 * @throws ConvgradError on anything that is not a well-formed convolution of real numbers
 */
export function runPass(context: BackendContext, call: PassCall): TensorInfo {
  const {pass, request, userOp} = call;
  const {functionName} = userOp;
  const {
    inputs: [first, second],
    output,
  } = passTensors[pass];
  const a = checkNumeric(functionName, displayName(userOp, first), call.inputs[first]);
  const b = checkNumeric(functionName, displayName(userOp, second), call.inputs[second]);
  const info = resolveGeometry(functionName, request, userOp.names);
  try {
    return runResolved(context, call, info, a, b);
  } catch (error) {
    throw namePassError(error, functionName, 4 * sizeOf(info, output));
  }
}

/** The user's name for a tensor. */
function displayName({names}: UserOp, name: TensorName): string {
  return name === 'dy' && names ? names.y : name;
}

/** {@link runPass} with a resolved geometry. */
function runResolved(
  context: BackendContext,
  call: PassCall,
  info: Conv2DInfo,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo {
  const {pass, userOp} = call;
  const {functionName} = userOp;
  // x and filter need no check: the request has their shapes.
  const {dy} = call.inputs;
  if (dy && !hasShape(info, 'dy', dy.shape)) {
    if (pass === 'backpropInput' && isOversized(info, dy.shape)) {
      return applyAndRelease(context, cropToOutput(context, info, dy), (part) =>
        runPass(context, {...call, inputs: {...call.inputs, dy: part}}),
      );
    }
    checkShape(functionName, info, 'dy', dy.shape, displayName(userOp, 'dy'));
  }
  const shape = outputShape(call, info);
  const epilogue = call.epilogue && resolveEpilogue(functionName, call.epilogue, shape, info.dataFormat);
  if (shape.includes(0)) return makeZeros(context, shape);
  const tensors = epilogue ? [a, b, ...tensorsOf(epilogue)] : [a, b];
  return withFloatTensors(context, tensors, (floats) => {
    const [x, y, ...beside] = floats as [TensorInfo, TensorInfo, ...(TensorInfo | undefined)[]];
    const follows = epilogue && floats !== tensors ? withTensors(epilogue, beside) : epilogue;
    if (!hasZeroSize(info)) return computePass(context, call, info, x, y, follows);
    const zeros = makeZeros(context, shape); // each result is an empty sum
    return follows ? applyEpilogue(context, zeros, follows) : zeros;
  });
}

/** {@link runPass} with checked tensors whose memory holds floats. */
function computePass(
  context: BackendContext,
  call: PassCall,
  info: Conv2DInfo,
  a: TensorInfo,
  b: TensorInfo,
  epilogue: ResolvedEpilogue | undefined,
): TensorInfo {
  const {pass, requested} = call;
  const {backendName, backend} = context;
  const builtin = call.builtin && builtinImplementation(backendName, call.builtin);
  const {implementation, refusal} = select(call.userOp.functionName, backendName, info, pass, requested, builtin);
  const nchw = info.dataFormat === 'NCHW';
  // With NCHW, the epilogue's tensors have shapes for the transposed result, so it is not fused.
  const tensorEpilogue = epilogue && !nchw ? tensorEpilogueOf(epilogue) : undefined;
  const fused = tensorEpilogue !== undefined && implementation.fuses?.(info, tensorEpilogue, backend) === true;
  const result = nchw
    ? runTransposed(context, implementation, pass, info, a, b)
    : implementation.run(pass, info, a, b, backend, fused ? tensorEpilogue : undefined);
  countCall(backendName, implementation.algorithm, pass, requested.algorithm, refusal);
  return epilogue && !fused ? applyEpilogue(context, result, epilogue) : result;
}

/** Runs an implementation, which supports NHWC only, on NCHW tensors. @returns an NCHW tensor, or a filter */
function runTransposed(
  context: BackendContext,
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
      const image = transpose(context, tensor, [0, 2, 3, 1]);
      transposed.push(image);
      return image;
    });
    result = implementation.run(pass, info, a, b, context.backend);
  } finally {
    for (const tensor of transposed) release(context, tensor);
  }
  return isImage(output) ? applyAndRelease(context, result, (y) => transpose(context, y, [0, 3, 1, 2])) : result;
}

/**
 * The result's shape in the user's data format. The shape of dFilter comes from the request, because a geometry without channels
 * has no multiplier.
 */
function outputShape({pass, request}: PassCall, info: Conv2DInfo): number[] {
  if (pass === 'forward') return userShapeOf(info, 'y');
  return [...(pass === 'backpropInput' ? request.xShape : request.filterShape)];
}

/** Whether the tensor has dimensions that the data format orders. Filters are always [height, width, in, out]. */
function isImage(name: TensorName): boolean {
  return name !== 'filter' && name !== 'dFilter';
}

function transpose(context: BackendContext, x: TensorInfo, perm: number[]): TensorInfo {
  return runBackendKernel(context, 'Transpose', {x}, {perm});
}

/**
 * Whether dy is higher or wider than the output shape calls for. tf.conv2dTranspose accepts such a dy and reads its upper left
 * part.
 */
function isOversized(info: Conv2DInfo, dyShape: number[]): boolean {
  const expected = userShapeOf(info, 'dy');
  const spatial = info.dataFormat === 'NCHW' ? [2, 3] : [1, 2];
  const reaches = (size: number, i: number) => size === expected[i] || (spatial.includes(i) && size > expected[i]);
  return dyShape.length === 4 && dyShape.every(reaches) && spatial.some((i) => dyShape[i] > expected[i]);
}

function cropToOutput(context: BackendContext, info: Conv2DInfo, dy: TensorInfo): TensorInfo {
  return runBackendKernel(context, 'Slice', {x: dy}, {begin: [0, 0, 0, 0], size: userShapeOf(info, 'dy')});
}
