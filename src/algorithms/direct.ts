import {channelStep, filterDepth, flopsOf, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';

/**
 * The definition, with every sum in double. Other algorithms can be compared with it.
 *
 *     y[n, oh, ow, out]    = Σ_{i, j, c}    x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, m]
 *     dx[n, h, w, c]       = Σ_{i, j, m}    dy[n, oh, ow, out] · filter[i, j, c, m]   where oh·sh = h + pt − i·dh, ow·sw = w + pl − j·dw
 *     dFilter[i, j, c, m]  = Σ_{n, oh, ow}  x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, out]
 *
 * Here out = c·step + m. Dense: step = 0 and m < F, so every output channel sums over all c. Depthwise: step = M and m < M, so
 * each c has M output channels of its own. Terms outside the tensors are left out. It supports every problem and needs almost no
 * workspace.
 */
export const direct: Algorithm = {
  name: 'direct',
  title: 'Direct convolution (the definition)',
  source: 'https://arxiv.org/abs/1603.07285',
  integerHeadroom: 1,
  footprint: 'taps',
  supports: () => true,
  cost: (info) => ({
    flops: flopsOf(info),
    bytes: 4 * (sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y')),
    workspaceBytes: 0,
    work: {scalar: flopsOf(info)},
  }),

  forward(info, x, filter, y) {
    const {inHeight, inWidth, inChannels: C, outChannels: F} = info;
    const [depth, step] = [filterDepth(info), channelStep(info)];
    const sums = new Float64Array(F);
    let at = 0;
    for (let n = 0; n < info.batch; n++) {
      for (let oh = 0; oh < info.outHeight; oh++) {
        for (let ow = 0; ow < info.outWidth; ow++) {
          sums.fill(0);
          for (let i = 0; i < info.filterHeight; i++) {
            const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
            if (h < 0 || h >= inHeight) continue;
            for (let j = 0; j < info.filterWidth; j++) {
              const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
              if (w < 0 || w >= inWidth) continue;
              const pixel = ((n * inHeight + h) * inWidth + w) * C;
              let weight = (i * info.filterWidth + j) * C * depth;
              for (let c = 0; c < C; c++) {
                const value = x[pixel + c];
                for (let m = 0; m < depth; m++) sums[c * step + m] += value * filter[weight++];
              }
            }
          }
          for (let f = 0; f < F; f++) y[at++] = sums[f];
        }
      }
    }
  },

  backpropInput(info, dy, filter, dx) {
    const {outHeight, outWidth, inChannels: C, outChannels: F} = info;
    const [depth, step] = [filterDepth(info), channelStep(info)];
    const sums = new Float64Array(C);
    let at = 0;
    for (let n = 0; n < info.batch; n++) {
      for (let h = 0; h < info.inHeight; h++) {
        for (let w = 0; w < info.inWidth; w++) {
          sums.fill(0);
          for (let i = 0; i < info.filterHeight; i++) {
            const oh = (h + info.padTop - i * info.dilationHeight) / info.strideHeight;
            if (oh < 0 || oh >= outHeight || !Number.isInteger(oh)) continue;
            for (let j = 0; j < info.filterWidth; j++) {
              const ow = (w + info.padLeft - j * info.dilationWidth) / info.strideWidth;
              if (ow < 0 || ow >= outWidth || !Number.isInteger(ow)) continue;
              const pixel = ((n * outHeight + oh) * outWidth + ow) * F;
              let weight = (i * info.filterWidth + j) * C * depth;
              let c = 0;
              // Four channels together: their sums do not wait for each other.
              if (step === 0) {
                for (; c + 4 <= C; c += 4, weight += 3 * depth) {
                  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
                  for (let m = 0; m < depth; m++, weight++) {
                    const error = dy[pixel + m];
                    sum0 += error * filter[weight];
                    sum1 += error * filter[weight + depth];
                    sum2 += error * filter[weight + 2 * depth];
                    sum3 += error * filter[weight + 3 * depth];
                  }
                  sums[c] += sum0;
                  sums[c + 1] += sum1;
                  sums[c + 2] += sum2;
                  sums[c + 3] += sum3;
                }
              }
              for (; c < C; c++) {
                const first = pixel + c * step;
                let sum = 0;
                for (let m = 0; m < depth; m++) sum += dy[first + m] * filter[weight++];
                sums[c] += sum;
              }
            }
          }
          for (let c = 0; c < C; c++) dx[at++] = sums[c];
        }
      }
    }
  },

  backpropFilter(info, x, dy, dFilter) {
    const {inHeight, inWidth, outHeight, outWidth, inChannels: C, outChannels: F} = info;
    const [depth, step] = [filterDepth(info), channelStep(info)];
    const sums = new Float64Array(C * depth);
    let at = 0;
    for (let i = 0; i < info.filterHeight; i++) {
      for (let j = 0; j < info.filterWidth; j++) {
        sums.fill(0);
        for (let n = 0; n < info.batch; n++) {
          for (let oh = 0; oh < outHeight; oh++) {
            const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
            if (h < 0 || h >= inHeight) continue;
            for (let ow = 0; ow < outWidth; ow++) {
              const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
              if (w < 0 || w >= inWidth) continue;
              const pixel = ((n * inHeight + h) * inWidth + w) * C;
              const error = ((n * outHeight + oh) * outWidth + ow) * F;
              let weight = 0;
              for (let c = 0; c < C; c++) {
                const value = x[pixel + c];
                for (let m = 0; m < depth; m++) sums[weight++] += value * dy[error + c * step + m];
              }
            }
          }
        }
        for (let weight = 0; weight < sums.length; weight++) dFilter[at++] = sums[weight];
      }
    }
  },
};
