import {flopsOf, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';

/**
 * The definition, with every sum in double: the reference that other algorithms are read against.
 *
 *     y[n, oh, ow, f]      = Σ_{i, j, c}    x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, f]
 *     dx[n, h, w, c]       = Σ_{i, j, f}    dy[n, oh, ow, f] · filter[i, j, c, f]   where oh·sh = h + pt − i·dh, ow·sw = w + pl − j·dw
 *     dFilter[i, j, c, f]  = Σ_{n, oh, ow}  x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, f]
 *
 * Terms outside the tensors are left out. Supports everything; needs no workspace; no attempt at speed.
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
  }),

  forward(info, x, filter, y) {
    const {inHeight, inWidth, inChannels: C, outChannels: F} = info;
    let at = 0;
    for (let n = 0; n < info.batch; n++) {
      for (let oh = 0; oh < info.outHeight; oh++) {
        for (let ow = 0; ow < info.outWidth; ow++) {
          for (let f = 0; f < F; f++) {
            let sum = 0;
            for (let i = 0; i < info.filterHeight; i++) {
              const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
              if (h < 0 || h >= inHeight) continue;
              for (let j = 0; j < info.filterWidth; j++) {
                const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
                if (w < 0 || w >= inWidth) continue;
                const pixel = ((n * inHeight + h) * inWidth + w) * C;
                const tap = (i * info.filterWidth + j) * C;
                for (let c = 0; c < C; c++) sum += x[pixel + c] * filter[(tap + c) * F + f];
              }
            }
            y[at++] = sum;
          }
        }
      }
    }
  },

  backpropInput(info, dy, filter, dx) {
    const {outHeight, outWidth, inChannels: C, outChannels: F} = info;
    let at = 0;
    for (let n = 0; n < info.batch; n++) {
      for (let h = 0; h < info.inHeight; h++) {
        for (let w = 0; w < info.inWidth; w++) {
          for (let c = 0; c < C; c++) {
            let sum = 0;
            for (let i = 0; i < info.filterHeight; i++) {
              const oh = (h + info.padTop - i * info.dilationHeight) / info.strideHeight;
              if (oh < 0 || oh >= outHeight || !Number.isInteger(oh)) continue;
              for (let j = 0; j < info.filterWidth; j++) {
                const ow = (w + info.padLeft - j * info.dilationWidth) / info.strideWidth;
                if (ow < 0 || ow >= outWidth || !Number.isInteger(ow)) continue;
                const pixel = ((n * outHeight + oh) * outWidth + ow) * F;
                const tap = ((i * info.filterWidth + j) * C + c) * F;
                for (let f = 0; f < F; f++) sum += dy[pixel + f] * filter[tap + f];
              }
            }
            dx[at++] = sum;
          }
        }
      }
    }
  },

  backpropFilter(info, x, dy, dFilter) {
    const {inHeight, inWidth, outHeight, outWidth, inChannels: C, outChannels: F} = info;
    let at = 0;
    for (let i = 0; i < info.filterHeight; i++) {
      for (let j = 0; j < info.filterWidth; j++) {
        for (let c = 0; c < C; c++) {
          for (let f = 0; f < F; f++) {
            let sum = 0;
            for (let n = 0; n < info.batch; n++) {
              for (let oh = 0; oh < outHeight; oh++) {
                const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
                if (h < 0 || h >= inHeight) continue;
                for (let ow = 0; ow < outWidth; ow++) {
                  const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
                  if (w < 0 || w >= inWidth) continue;
                  sum +=
                    x[((n * inHeight + h) * inWidth + w) * C + c] * dy[((n * outHeight + oh) * outWidth + ow) * F + f];
                }
              }
            }
            dFilter[at++] = sum;
          }
        }
      }
    }
  },
};
