import type {Pass} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import type {BuiltinFaults} from '../backend.js';

/** What tfjs's own kernels do wrong on webgpu. Its gradients of other operations were not examined. */
export const faults: BuiltinFaults = {ofConvolution, gradients: []};

/**
 * Small problems take another path on webgpu, and so do 1×1 filters with stride 1 and the pads 'same' or 'valid'. Otherwise, if
 * the output's width and channels are multiples of 4, NCHW is read four pixels of a row at a time, wherever the window begins. A
 * gradient needs a forward pass that does not throw.
 */
function ofConvolution(problem: Problem, pass: Pass): string | undefined {
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
