import type {TensorInfo} from '@tensorflow/tfjs';
import type {TensorEpilogue} from '../implementation.js';

/** GLSL that applies an activation to `value`, two channels of two pixels. Comparisons with NaN are false, so NaN stays NaN. */
const activations: Readonly<Record<string, string>> = {
  linear: '',
  relu: 'value = mix(value, vec4(0.), lessThan(value, vec4(0.)));',
  relu6:
    'value = mix(value, vec4(0.), lessThan(value, vec4(0.))); value = mix(value, vec4(6.), greaterThan(value, vec4(6.)));',
  leakyrelu: 'value = mix(value, alpha * value, lessThan(value, vec4(0.)));',
  prelu: 'value = mix(value, getSlopes(at.w).xyxy * value, lessThan(value, vec4(0.)));',
};

/** GLSL of bias and activation. The shader has `value` at the channels from `at.w` on, and a uniform `alpha`. */
export function epilogueText({activation = 'linear', bias}: Partial<TensorEpilogue> = {}): string {
  return `${bias ? 'value += getBias(at.w).xyxy;' : ''} ${activations[activation]}`;
}

/** The tensors of an epilogue that a shader reads: vectors along the channels, each with its name in GLSL. */
export function epilogueInputs({
  activation,
  bias,
  preluActivationWeights: slopes,
}: Partial<TensorEpilogue> = {}): [name: string, tensor: TensorInfo][] {
  const vector = (tensor: TensorInfo): TensorInfo => ({...tensor, shape: [tensor.shape[tensor.shape.length - 1]]});
  return [
    ...(bias ? [['Bias', vector(bias)] as [string, TensorInfo]] : []),
    ...(activation === 'prelu' && slopes ? [['Slopes', vector(slopes)] as [string, TensorInfo]] : []),
  ];
}
