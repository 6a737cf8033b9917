import type {TensorInfo} from '@tensorflow/tfjs-core';
import {fusedForm, type KernelLanguage} from '../geometry/activations.js';
import type {Implementation, TensorEpilogue} from './implementation.js';

/** `fuses` of an implementation whose kernels apply the activations of a language, with one bias and one slope for each channel. */
export function fusesIn(language: KernelLanguage): NonNullable<Implementation['fuses']> {
  return ({outChannels}, {activation, bias, preluActivationWeights: slopes}) =>
    typeof fusedForm(activation, language) === 'string' &&
    [bias, slopes].every((tensor) => !tensor || alongChannels(tensor.shape, outChannels));
}

/** Whether a shape that broadcasts to y in NHWC has one value for each channel. */
export function alongChannels(shape: readonly number[], channels: number): boolean {
  return shape[shape.length - 1] === channels && shape.slice(0, -1).every((size) => size === 1);
}

/** The tensors that an epilogue reads, with the names that shaders give them. */
export function epilogueInputs({bias, preluActivationWeights: slopes}: Partial<TensorEpilogue> = {}) {
  return Object.entries({Bias: bias, Slopes: slopes}).flatMap(([name, tensor]): [name: string, tensor: TensorInfo][] =>
    tensor ? [[name, tensor]] : [],
  );
}
