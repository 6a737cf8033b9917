import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import {type Pass, userShapeOf} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import type {Inputs} from './reference/reference.js';

/** What a program computes around the call that counts. That call's result must not depend on it. */
export interface Company {
  /** A call that comes first. It reads the very tensors of the call that counts, but for those whose values are given here or whose sizes differ. */
  before?: {problem: Problem; pass: Pass; changed?: Partial<Inputs>};
  /** The x and filter of a second convolution: it is recorded between the forward pass and the gradient, and its own gradient is taken first. */
  between?: Pick<Inputs, 'x' | 'filter'>;
  /** Whether the gradients by x and by filter are asked for at once. */
  both?: true;
}

/** How often the kernel of the pass that counts runs in that company, the call before not included. */
export function timesIn({between}: Company): number {
  return between ? 2 : 1;
}

/** The tensors that the call before reads. @returns them with what is to be disposed of afterwards */
export function tensorsBefore(
  own: Readonly<Record<keyof Inputs, Tensor4D>>,
  {problem, changed = {}}: NonNullable<Company['before']>,
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
