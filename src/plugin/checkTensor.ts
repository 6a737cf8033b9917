import type {DataType, TensorInfo} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {type TensorName, userShapeOf} from '../geometry/pass.js';

/** Checks a tensor of the public functions. @throws ConvgradError unless it is given, alive and float32 */
export function checkTensor(functionName: string, name: string, tensor: TensorInfo | undefined): TensorInfo {
  return checkDtype(functionName, name, tensor, ['float32']);
}

/** Checks a tensor as tfjs's own kernels would. @throws ConvgradError unless it is given, alive, and float32, int32 or bool */
export function checkNumeric(functionName: string, name: string, tensor: TensorInfo | undefined): TensorInfo {
  return checkDtype(functionName, name, tensor, ['float32', 'int32', 'bool']);
}

function checkDtype(
  functionName: string,
  name: string,
  tensor: TensorInfo | undefined,
  dtypes: readonly DataType[],
): TensorInfo {
  if (!tensor) throw new ConvgradError(functionName, `${name} is missing; pass a float32 tensor.`);
  if ((tensor as {isDisposed?: boolean}).isDisposed) {
    throw new ConvgradError(functionName, `${name} has been disposed; keep it with tf.keep() or dispose of it later.`);
  }
  if (!dtypes.includes(tensor.dtype)) {
    const waysOut: Partial<Record<DataType, string>> = {
      complex64: 'convolve tf.real(…) and tf.imag(…) separately',
      string: 'pass numbers',
    };
    const wayOut = waysOut[tensor.dtype] ?? `cast it with ${name}.toFloat()`;
    throw new ConvgradError(functionName, `${name} has dtype ${tensor.dtype}; convolutions take float32: ${wayOut}.`);
  }
  return tensor;
}

/** Whether a shape in the user's data format is the one that the geometry gives this tensor. */
export function hasShape(info: Conv2DInfo, name: TensorName, shape: number[]): boolean {
  const [n, h, w, c] = userShapeOf(info, name);
  return shape.length === 4 && shape[0] === n && shape[1] === h && shape[2] === w && shape[3] === c;
}

/** Checks a shape. @throws ConvgradError unless it is, in the user's data format, the one that the geometry gives this tensor */
export function checkShape(
  functionName: string,
  info: Conv2DInfo,
  name: TensorName,
  shape: number[],
  displayName: string = name,
): void {
  if (hasShape(info, name, shape)) return;
  throw new ConvgradError(
    functionName,
    `${displayName} has shape [${shape}] where the geometry gives [${userShapeOf(info, name)}] (${info.dataFormat}); ` +
      'check it against the input shape, filter, strides, pad and dilations of the forward convolution.',
  );
}
