import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {type Pass, userShapeOf} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import type {Inputs} from '../reference/reference.js';

/** Other calls that a program makes around the judged call. They must not change its result. */
export interface SurroundingCalls {
  /**
   * A call that comes first. It reads the judged call's own tensors, reshaped where only the shape differs. Tensors whose values are in
   * `changed`, or whose sizes differ, are new.
   */
  before?: {problem: Problem; pass: Pass; changed?: Partial<Inputs>};
  /**
   * The x and filter of a second convolution. It is recorded between the forward pass and the gradient, and its own gradient is taken
   * first.
   */
  between?: Pick<Inputs, 'x' | 'filter'>;
  /** Whether one call asks for both gradients, by x and by filter. */
  both?: true;
}

/** How often the kernel of the judged pass runs beside these calls, not counting the call before. */
export function timesIn({between}: SurroundingCalls): number {
  return between ? 2 : 1;
}

/** The tensors that the call before reads. @returns them, and those among them that the caller must dispose of */
export function tensorsBefore(
  own: Readonly<Record<keyof Inputs, Tensor4D>>,
  {problem, changed = {}}: NonNullable<SurroundingCalls['before']>,
): {tensors: Record<keyof Inputs, Tensor4D>; made: Tensor[]} {
  const info = problemInfo(problem);
  const made: Tensor[] = [];
  const of = (name: keyof Inputs): Tensor4D => {
    const shape = userShapeOf(info, name);
    const values = changed[name];
    const isSameSize = own[name].size === shape.reduce((product, length) => product * length);
    if (!values && isSameSize && own[name].shape.join() === shape.join()) return own[name];
    const tensor = values ? tf.tensor4d(values, shape) : isSameSize ? tf.reshape(own[name], shape) : tf.ones(shape);
    made.push(tensor);
    return tensor as Tensor4D;
  };
  return {tensors: {x: of('x'), filter: of('filter'), dy: of('dy')}, made};
}
