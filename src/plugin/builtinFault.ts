import {activations} from '../geometry/activations.js';
import type {Pass} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';

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
  if (backend === 'wasm') return wasmFault(problem, pass);
  return backend === 'webgpu' ? webgpuFault(problem, pass) : undefined;
}

export function isStridedAndDilated({strideHeight, strideWidth, dilationHeight, dilationWidth}: Problem): boolean {
  return Math.max(strideHeight, strideWidth) > 1 && Math.max(dilationHeight, dilationWidth) > 1;
}

/** A gradient's fault can lie in the forward pass, because the tape runs it too. */
function wasmFault(problem: Problem, pass: Pass): string | undefined {
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

/**
 * Small problems take another path on webgpu, and so do 1×1 filters with stride 1 and the pads 'same' or 'valid'. Otherwise, if
 * the output's width and channels are multiples of 4, NCHW is read four pixels of a row at a time, wherever the window begins. A
 * gradient needs a forward pass that does not throw.
 */
function webgpuFault(problem: Problem, pass: Pass): string | undefined {
  const {batch, inWidth, outHeight, outWidth, outChannels, filterWidth, strideWidth, padLeft} = problemInfo(problem);
  const tiles = batch * Math.ceil((outHeight * outWidth) / 32) * Math.ceil(outChannels / 32);
  if (problem.kind === 'depthwise' || problem.dataFormat !== 'NCHW' || tiles <= 8 || isMatrixProduct(problem)) return;
  if (outWidth % 4 === 0 && outChannels % 4 === 0) {
    const isAligned = filterWidth === 1 && strideWidth === 1 && padLeft % 4 === 0 && inWidth % 4 === 0;
    return pass === 'forward' && !isAligned
      ? 'the built-in forward on webgpu reads wrong pixels for NCHW where the output’s width and channels are multiples of 4'
      : undefined;
  }
  return outChannels <= 4 && outHeight * outWidth > 4
    ? 'the built-in forward on webgpu throws for NCHW with up to 4 output channels'
    : undefined;
}

function isMatrixProduct({filterHeight, filterWidth, strideHeight, strideWidth, pad}: Problem): boolean {
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && typeof pad === 'string';
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

function roundingMatters(problem: Problem): boolean {
  const {dimRoundingMode, ...truncated} = problem;
  return dimRoundingMode !== undefined && outputSize(problem) !== outputSize(truncated);
}

function outputSize(problem: Problem): string {
  try {
    const {outHeight, outWidth} = problemInfo(problem);
    return `${outHeight}×${outWidth}`;
  } catch {
    return 'none';
  }
}
