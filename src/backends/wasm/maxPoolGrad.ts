import {backend_util, type KernelFunc, type NamedAttrMap, type TensorInfo} from '@tensorflow/tfjs-core';
import {nameCaller} from '../../geometry/error.js';
import {compute} from '../host/memory.js';

/**
 * MaxPoolGrad as tfjs's cpu backend computes it: dx[h, w] += dy[oh, ow] at the first largest element of each window. tfjs's
 * kernel on wasm starts its search for the maximum at 0. It is wrong where a whole window is negative, as after batch
 * normalisation.
 */
export const maxPoolGrad: KernelFunc = ({inputs, attrs, backend}) => {
  const {dy, input: x} = inputs as Record<'dy' | 'input', TensorInfo>;
  const {filterSize, strides, pad, dimRoundingMode} = attrs as NamedAttrMap & {pad: 'same'; dimRoundingMode: 'floor'};
  const size = [filterSize, strides] as [[number, number], [number, number]];
  const pool = backend_util.computePool2DInfo(x.shape as Shape, ...size, 1, pad, dimRoundingMode);
  try {
    return compute(backend, [dy, x], x.shape, ([dyValues, xValues], dx) =>
      scatterToMaximum(pool, dyValues, xValues, dx),
    );
  } catch (error) {
    throw nameCaller(error, 'maxPoolGrad');
  }
};

type Shape = [number, number, number, number];
type PoolInfo = ReturnType<typeof backend_util.computePool2DInfo>;

function scatterToMaximum(pool: PoolInfo, dy: Float32Array, x: Float32Array, dx: Float32Array): void {
  const {batchSize, inHeight, inWidth, inChannels: C, outHeight, outWidth, strideHeight, strideWidth, padInfo} = pool;
  dx.fill(0);
  for (let n = 0, from = 0; n < batchSize; n++) {
    for (let oh = 0; oh < outHeight; oh++) {
      const top = oh * strideHeight - padInfo.top;
      const [hLo, hHi] = [Math.max(0, top), Math.min(inHeight, top + pool.filterHeight)];
      for (let ow = 0; ow < outWidth; ow++) {
        const left = ow * strideWidth - padInfo.left;
        const [wLo, wHi] = [Math.max(0, left), Math.min(inWidth, left + pool.filterWidth)];
        for (let c = 0; c < C; c++, from++) {
          let largest = Number.NEGATIVE_INFINITY;
          let at = -1;
          for (let h = hLo; h < hHi; h++) {
            for (let w = wLo; w < wHi; w++) {
              const index = ((n * inHeight + h) * inWidth + w) * C + c;
              if (at >= 0 && !(x[index] > largest)) continue;
              largest = x[index];
              at = index;
            }
          }
          if (at >= 0) dx[at] += dy[from];
        }
      }
    }
  }
}
