import {activations} from '../../geometry/activations.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, shapeOf} from '../../geometry/pass.js';
import {alongChannels} from '../epilogue.js';
import type {Launch} from '../gpu/work.js';
import type {Builtin} from '../implementation.js';
import {costFrom, texelsOf} from './cost.js';

/**
 * tfjs's `webgl` backend computes a forward 1×1 convolution as one matrix product, in one program, on tensors as they lie. With an odd size
 * tfjs's product includes undefined lanes, so convgrad does not use it there. It does not use it for larger filters or strides either: for
 * those tfjs builds a matrix first.
 */
export const builtinOnWebgl: Builtin = {
  passes: ['forward'],
  ...costFrom(launchesOf),
  supports(info) {
    const {kind, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth} = info;
    if (kind !== 'dense' || filterHeight * filterWidth > 1 || info.strideHeight * info.strideWidth > 1) {
      return "tfjs's own is used for dense 1 × 1 convolutions of stride 1 alone";
    }
    if (outHeight !== inHeight || outWidth !== inWidth || info.padTop > 0 || info.padLeft > 0) {
      return "tfjs's own is used without padding alone";
    }
    return (
      [inWidth, inChannels, outChannels].every((size) => size % 2 === 0) ||
      "with an odd width or odd channels tfjs's own meets undefined lanes of its textures"
    );
  },
  fuses: ({outChannels}, {activation, bias, preluActivationWeights: slopes}) =>
    !activations[activation].isUnknownToTfjs &&
    [bias, slopes].every(
      (tensor) => !tensor || (tensor.shape.length === 1 && alongChannels(tensor.shape, outChannels)),
    ),
};

/** For every two channels that it sums over, a texel of the result loads one texel of pixels and one of weights. */
function launchesOf(info: Conv2DInfo): Launch[] {
  const threads = texelsOf(shapeOf(info, 'y'));
  const products = flopsOf(info) / 2;
  return [{threads, products, wideLoads: products / 4, wideStores: threads}];
}
