import {flopsOf, sizeOf} from '../../../geometry/pass.js';
import type {ProductCount} from '../cost.js';

/** The products of the definition. dX may make more, because it also multiplies zeros beside dy. */
export const implicitGemmProducts: ProductCount = (info, pass) => {
  if (pass !== 'backpropInput') return flopsOf(info) / 2;
  const {strideHeight, strideWidth, filterHeight, filterWidth, outChannels} = info;
  const reached = (sizeOf(info, 'dx') * filterHeight * filterWidth * outChannels) / strideHeight / strideWidth;
  return Math.max(flopsOf(info) / 2, reached);
};
