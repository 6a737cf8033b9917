import type {Pass} from '../../geometry/pass.js';
import {type Problem, roundingMatters} from '../../geometry/problem.js';
import type {BuiltinFaults} from '../backend.js';
import {wrongHostGradients} from '../host/host.js';
import {maxPoolGrad} from './maxPoolGrad.js';

/** What tfjs's own kernels do wrong on wasm. */
export const faults: BuiltinFaults = {
  ofConvolution,
  gradients: [
    ...wrongHostGradients,
    {op: 'maxPool', when: 'when the largest element of a window is negative', repaired: true},
    {op: 'maxPool3d', when: 'when the largest element of a window is negative; forward too', repaired: false},
    {op: 'conv3d', when: 'always', repaired: false},
    {op: 'dilation2d', when: "when the padding is 'same' and there are negative elements", repaired: false},
  ],
  repairedKernels: {MaxPoolGrad: maxPoolGrad},
};

/** A gradient's fault can lie in the forward pass, because the tape runs it too. */
function ofConvolution(problem: Problem, pass: Pass): string | undefined {
  if (problem.kind === 'depthwise' && pass !== 'forward')
    return 'tfjs has no gradients of depthwise convolutions on wasm';
  if (pass === 'backpropFilter') return 'tfjs has no Conv2DBackpropFilter on wasm (tfjs issue 8474)';
  if (problem.dataFormat === 'NCHW') return 'the built-in forward on wasm refuses NCHW';
  if (roundingMatters(problem))
    return 'where rounding changes the output size, the built-in forward on wasm leaves the output unwritten';
  return hasUnreachedBorder(problem)
    ? 'where the last SAME window ends inside x, the built-in forward on wasm is wrong (tfjs issue 8405)'
    : undefined;
}

/** Whether 'same' leaves rows or columns that no window reaches. */
function hasUnreachedBorder(p: Problem): boolean {
  const inside = (size: number, filter: number, stride: number, dilation: number) =>
    (Math.ceil(size / stride) - 1) * stride + (filter - 1) * dilation + 1 < size;
  return (
    p.pad === 'same' &&
    (p.filterHeight > 1 || p.filterWidth > 1) &&
    (inside(p.inHeight, p.filterHeight, p.strideHeight, p.dilationHeight) ||
      inside(p.inWidth, p.filterWidth, p.strideWidth, p.dilationWidth))
  );
}
