import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {type Pass, userShapeOf} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import type {AllInputs, Inputs} from '../reference/reference.js';

/** A call that comes before the judged one. It reads the judged call's own tensors, reshaped where only the shape differs. */
export interface EarlierCall {
  problem: Problem;
  pass: Pass;
  /** Tensors with values of their own. A tensor whose size differs from the judged call's is new too. */
  changed?: Partial<AllInputs>;
  /** The judged call's tensor that takes another role here, such as its x as the filter; absent where each keeps its own. */
  roles?: Partial<Record<keyof Inputs, keyof Inputs>>;
  /** The tensor of the judged call that the result of this call replaces. */
  makes?: keyof Inputs;
}

/** Other calls that a program makes around the judged call. They must not change its result. */
export interface SurroundingCalls {
  before?: EarlierCall;
  /**
   * The x and filter of a second convolution. It is recorded between the forward pass and the gradient, and its own gradient is taken
   * first.
   */
  between?: Pick<Inputs, 'x' | 'filter'>;
  /** Whether one call asks for both gradients, by x and by filter. */
  both?: true;
  /** Whether a tape records the forward pass. */
  recorded?: true;
}

/** How often the kernel of the judged pass runs beside these calls, not counting the call before. */
export function timesIn({between}: SurroundingCalls): number {
  return between ? 2 : 1;
}

/** The tensors that the call before reads. @returns them, and those among them that the caller must dispose of */
export function tensorsBefore(
  own: Readonly<Record<keyof Inputs, Tensor4D>>,
  {problem, changed = {}, roles = {}}: EarlierCall,
): {tensors: Record<keyof Inputs, Tensor4D>; made: Tensor[]} {
  const info = problemInfo(problem);
  const made: Tensor[] = [];
  const of = (name: keyof Inputs): Tensor4D => {
    const shape = userShapeOf(info, name);
    const [values, source] = [changed[name], own[roles[name] ?? name]];
    const isSameSize = source.size === shape.reduce((product, length) => product * length);
    if (!values && isSameSize && source.shape.join() === shape.join()) return source;
    const tensor = values ? tf.tensor4d(values, shape) : isSameSize ? tf.reshape(source, shape) : tf.ones(shape);
    made.push(tensor);
    return tensor as Tensor4D;
  };
  return {tensors: {x: of('x'), filter: of('filter'), dy: of('dy')}, made};
}
