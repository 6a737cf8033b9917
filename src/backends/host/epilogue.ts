import type {TensorInfo} from '@tensorflow/tfjs';
import type {Epilogue} from '../../engine/engine.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {TensorEpilogue} from '../implementation.js';

/** Activations that give the same bits in JavaScript and in vectors. */
const activations: readonly string[] = [
  'linear',
  'relu',
  'relu6',
  'prelu',
  'leakyrelu',
] satisfies Epilogue['activation'][];

/** Whether the engine can apply the epilogue: a supported activation, and one bias and one slope for each channel. */
export function isPerChannel(
  {outChannels}: Conv2DInfo,
  {activation, bias, preluActivationWeights: slopes}: TensorEpilogue,
): boolean {
  return (
    activations.includes(activation) &&
    [bias, slopes].every((tensor) => !tensor || alongChannels(tensor.shape, outChannels))
  );
}

/** Whether a shape that broadcasts to y in NHWC has one value for each channel. */
export function alongChannels(shape: readonly number[], channels: number): boolean {
  return shape[shape.length - 1] === channels && shape.slice(0, -1).every((size) => size === 1);
}

/** The tensors that an epilogue reads: its bias and its slopes, where it has them. */
export function epilogueTensors({bias, preluActivationWeights: slopes}: TensorEpilogue): TensorInfo[] {
  return [bias, slopes].flatMap((tensor) => (tensor ? [tensor] : []));
}

/** The epilogue with the arrays of its tensors, given in the order of `epilogueTensors`. */
export function toEngineEpilogue(epilogue: TensorEpilogue, arrays: readonly Float32Array[]): Epilogue {
  const [first, second] = arrays;
  const [bias, slopes] = epilogue.bias ? [first, second] : [undefined, first];
  return {activation: epilogue.activation as Epilogue['activation'], alpha: epilogue.leakyreluAlpha, bias, slopes};
}
