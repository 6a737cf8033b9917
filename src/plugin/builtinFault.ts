import {backendNamed} from '../backends/index.js';
import {activations} from '../geometry/activations.js';
import type {Pass} from '../geometry/pass.js';
import {type Problem, roundingMatters} from '../geometry/problem.js';

/** Describes for users where tfjs 4.22 alone throws, or is known to be wrong; undefined where no fault is known. */
export function builtinFault(backend: string, problem: Problem, pass: Pass): string | undefined {
  const p = problem;
  const gradient = pass !== 'forward';
  const depthwise = p.kind === 'depthwise';
  const {isUnknownToTfjs} = activations[p.epilogue?.activation ?? 'linear'];
  if (isUnknownToTfjs) return `the built-in does not know the activation ${p.epilogue?.activation}`;
  if (isStridedAndDilated(p)) return 'the built-in refuses stride and dilation both above 1';
  if (depthwise && p.dataFormat === 'NCHW') return 'the built-in depthwise kernels read NCHW as NHWC';
  if (gradient && Math.max(p.dilationHeight, p.dilationWidth) > 1)
    return 'the built-in gradient throws for dilation above 1 (tfjs issue 7906)';
  const spans = (p.filterHeight - 1) * p.dilationHeight === (p.filterWidth - 1) * p.dilationWidth;
  if (typeof p.pad === 'number' && (!spans || p.strideHeight !== p.strideWidth)) {
    return 'with a numeric pad, the built-in computes the output width from the filter and stride of the height (tfjs issue 649)';
  }
  if (gradient && !depthwise && roundingMatters(p))
    return `the built-in gradient drops dimRoundingMode '${p.dimRoundingMode}', which changes the output size here`;
  return backendNamed(backend)?.faults.ofConvolution?.(problem, pass);
}

export function isStridedAndDilated({strideHeight, strideWidth, dilationHeight, dilationWidth}: Problem): boolean {
  return Math.max(strideHeight, strideWidth) > 1 && Math.max(dilationHeight, dilationWidth) > 1;
}
