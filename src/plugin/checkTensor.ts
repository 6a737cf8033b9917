import type {TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {type TensorName, userShapeOf} from '../geometry/pass.js';

/** @throws ConvgradError unless the tensor is there, alive and float32 */
export function checkTensor(functionName: string, name: string, tensor: TensorInfo | undefined): TensorInfo {
  if (!tensor) throw new ConvgradError(functionName, `${name} is missing; pass a float32 tensor.`);
  if ((tensor as {isDisposed?: boolean}).isDisposed) {
    throw new ConvgradError(functionName, `${name} has been disposed; keep it with tf.keep() or dispose of it later.`);
  }
  if (tensor.dtype !== 'float32') {
    const wayOut =
      tensor.dtype === 'complex64' ? 'convolve tf.real(…) and tf.imag(…) apart' : `cast it with ${name}.toFloat()`;
    throw new ConvgradError(functionName, `${name} has dtype ${tensor.dtype}; convolutions take float32: ${wayOut}.`);
  }
  return tensor;
}

/** @throws ConvgradError unless the tensor, in the user's data format, has the shape that the geometry gives it */
export function checkShape(functionName: string, info: Conv2DInfo, name: TensorName, shape: number[]): void {
  const wanted = userShapeOf(info, name);
  if (shape.length === 4 && shape.every((size, i) => size === wanted[i])) return;
  throw new ConvgradError(
    functionName,
    `${name} has shape [${shape}] where the geometry gives [${wanted}] (${info.dataFormat}); ` +
      'check it against the input shape, filter, strides, pad and dilations of the forward convolution.',
  );
}
