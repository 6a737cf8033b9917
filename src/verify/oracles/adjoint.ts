import {fills} from '../fill.js';
import {forwardOf, inexact} from './changes.js';
import {dot, dotBound, holdNumber} from './numbers.js';
import type {Oracle} from './oracle.js';

/**
 * The adjoint identity ⟨y, dy⟩ = ⟨x, dx⟩ = ⟨filter, dFilter⟩: a gradient is the transpose of the linear map that the forward pass is.
 * Exact on integers. On reals both sides may err by Σ |weight|·γ(K + 2)·S over their elements. It costs no run of its own; it cannot see a
 * mistake of geometry that forward and backward share.
 */
export const adjointOracle: Oracle = {
  name: 'adjoint',
  passes: ['backpropInput', 'backpropFilter'],
  fills,
  oneInLarge: 4,
  judges: () => true,
  async judge(subject, pass) {
    const {trial, comparison} = subject;
    const {inputs} = trial;
    const exact = trial.fill === 'integers';
    const reason = exact ? inexact(subject, ['forward', pass]) : undefined;
    if (reason) return {status: 'skipped', reason};
    const [name, values] = pass === 'backpropInput' ? ['⟨x, dx⟩', inputs.x] : ['⟨filter, dFilter⟩', inputs.filter];
    const y = await forwardOf(subject);
    const {got} = await subject.result(pass);
    const boundOf = (of: typeof pass | 'forward', weights: Float32Array) =>
      exact ? 0 : dotBound(subject.wanted(of), weights, comparison.arithmetic);
    const bound = boundOf(pass, values) + boundOf('forward', inputs.dy);
    return holdNumber(name, dot(got.values, values), dot(y, inputs.dy), bound);
  },
};
