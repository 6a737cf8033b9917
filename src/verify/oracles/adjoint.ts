import {fills} from '../data/fill.js';
import {compareNumber, dot, dotBound} from './numbers.js';
import type {Oracle} from './oracle.js';
import {forwardOf, inexact} from './perturbations.js';

/**
 * The adjoint identity ⟨y, dy⟩ = ⟨x, dx⟩ = ⟨filter, dFilter⟩ holds because the forward pass is a linear map and a gradient is its
 * transpose. It is exact on integers. On reals both sides may err by Σ |weight|·γ(K + 2)·S over their elements. The oracle costs no run of
 * its own. It cannot find a mistake of geometry that forward and backward share.
 */
export const adjointOracle: Oracle = {
  name: 'adjoint',
  passes: ['backpropInput', 'backpropFilter'],
  fills,
  oneInLarge: 4,
  judges: () => true,
  async judge(implementation, pass) {
    const {testVector, comparison} = implementation;
    const {inputs} = testVector;
    const exact = testVector.fill === 'integers';
    const reason = exact ? inexact(implementation, ['forward', pass]) : undefined;
    if (reason) return {status: 'skipped', reason};
    const [name, values] = pass === 'backpropInput' ? ['⟨x, dx⟩', inputs.x] : ['⟨filter, dFilter⟩', inputs.filter];
    const y = await forwardOf(implementation);
    const {got} = await implementation.result(pass);
    const boundOf = (of: typeof pass | 'forward', weights: Float32Array) =>
      exact ? 0 : dotBound(implementation.expected(of), weights, comparison.arithmetic);
    const bound = boundOf(pass, values) + boundOf('forward', inputs.dy);
    return compareNumber(name, dot(got.values, values), dot(y, inputs.dy), bound);
  },
};
