import {makeParts} from '../engine/part.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {filterDepth, flopsOf, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';

/** Terms kept at a time, so that what they touch stays in the cache while the lanes pass over it. */
const blockTerms = 64;

const [fourLanes, oneLane, nextBlock] = makeParts([
  'depthwise, four lanes',
  'depthwise, a lane of the tail',
  'depthwise, a second block of terms',
]);

/**
 * Depthwise convolution, four output channels at a time. Channel f = c·M + m, a *lane*, meets no other: lane f of a tap of the filter
 * [C, M] is its weight f, and lane f of x is x's channel c = ⌊f / M⌋. So each pass is the same sum over lists of places, made per pixel or tap:
 *
 *     forward         y[n, oh, ow, f]   = Σ x[lane f] · filter[lane f]            over the taps (i, j) of that pixel that lie inside x
 *     backpropInput   dx[n, h, w, c]    = Σ_m Σ dy[lane f] · filter[lane f]       over the taps through which an output reads that pixel
 *     backpropFilter  dFilter[i, j, f]  = Σ x[lane f] · dy[lane f]                over the pixels whose tap (i, j) lies inside x
 *
 * Sums are in double. Terms outside the tensors are left out.
 */
export const depthwise: Algorithm = {
  name: 'depthwise',
  title: 'Depthwise convolution, channel by channel',
  source: 'https://arxiv.org/abs/1704.04861',
  integerHeadroom: 1,
  footprint: 'taps',
  parts: [fourLanes, oneLane, nextBlock],
  supports: ({kind}) => kind === 'depthwise' || 'it computes depthwise convolutions only',
  cost: (info) => ({
    flops: flopsOf(info),
    bytes: 4 * (sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y')),
    workspaceBytes: 8 * (info.outChannels + blockTerms),
  }),

  forward(info, x, filter, y) {
    const {inHeight, inWidth, inChannels: C, outChannels: F} = info;
    const lanes = new Lanes(info, x, filterDepth(info), filter);
    let at = 0;
    for (let n = 0; n < info.batch; n++) {
      for (let oh = 0; oh < info.outHeight; oh++) {
        for (let ow = 0; ow < info.outWidth; ow++) {
          for (let i = 0; i < info.filterHeight; i++) {
            const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
            if (h < 0 || h >= inHeight) continue;
            for (let j = 0; j < info.filterWidth; j++) {
              const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
              if (w < 0 || w >= inWidth) continue;
              lanes.add(((n * inHeight + h) * inWidth + w) * C, (i * info.filterWidth + j) * F);
            }
          }
          lanes.write(y, at, 1);
          at += F;
        }
      }
    }
  },

  backpropInput(info, dy, filter, dx) {
    const {outHeight, outWidth, inChannels: C, outChannels: F} = info;
    const lanes = new Lanes(info, dy, 1, filter);
    let at = 0;
    for (let n = 0; n < info.batch; n++) {
      for (let h = 0; h < info.inHeight; h++) {
        for (let w = 0; w < info.inWidth; w++) {
          for (let i = 0; i < info.filterHeight; i++) {
            const oh = (h + info.padTop - i * info.dilationHeight) / info.strideHeight;
            if (oh < 0 || oh >= outHeight || !Number.isInteger(oh)) continue;
            for (let j = 0; j < info.filterWidth; j++) {
              const ow = (w + info.padLeft - j * info.dilationWidth) / info.strideWidth;
              if (ow < 0 || ow >= outWidth || !Number.isInteger(ow)) continue;
              lanes.add(((n * outHeight + oh) * outWidth + ow) * F, (i * info.filterWidth + j) * F);
            }
          }
          lanes.write(dx, at, filterDepth(info));
          at += C;
        }
      }
    }
  },

  backpropFilter(info, x, dy, dFilter) {
    const {inHeight, inWidth, outHeight, outWidth, inChannels: C, outChannels: F} = info;
    const lanes = new Lanes(info, x, filterDepth(info), dy);
    let at = 0;
    for (let i = 0; i < info.filterHeight; i++) {
      for (let j = 0; j < info.filterWidth; j++) {
        for (let n = 0; n < info.batch; n++) {
          for (let oh = 0; oh < outHeight; oh++) {
            const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
            if (h < 0 || h >= inHeight) continue;
            for (let ow = 0; ow < outWidth; ow++) {
              const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
              if (w < 0 || w >= inWidth) continue;
              lanes.add(((n * inHeight + h) * inWidth + w) * C, ((n * outHeight + oh) * outWidth + ow) * F);
            }
          }
        }
        lanes.write(dFilter, at, 1);
        at += F;
      }
    }
  },
};

/** The sum of products of two tensors, for every output channel, over places that are added one by one. */
class Lanes {
  private readonly sums: Float64Array;
  private readonly inA = new Int32Array(blockTerms);
  private readonly inB = new Int32Array(blockTerms);
  private count = 0;

  /** @param shared how many lanes share a value of a: M where it has C channels, 1 where it has F as b has */
  constructor(
    {outChannels}: Conv2DInfo,
    private readonly a: Float32Array,
    private readonly shared: number,
    private readonly b: Float32Array,
  ) {
    this.sums = new Float64Array(outChannels);
  }

  /** Adds the products of the pixels or weights that begin at these places. */
  add(placeInA: number, placeInB: number): void {
    if (this.count === blockTerms) {
      nextBlock.hits++;
      this.sum();
    }
    this.inA[this.count] = placeInA;
    this.inB[this.count++] = placeInB;
  }

  /** Writes the sums from `at` on, so many lanes together, and begins anew. */
  write(out: Float32Array, at: number, together: number): void {
    this.sum();
    const {sums} = this;
    for (let f = 0, to = at; f < sums.length; to++) {
      let sum = 0;
      for (const end = f + together; f < end; f++) sum += sums[f];
      out[to] = sum;
    }
    sums.fill(0);
  }

  private sum(): void {
    const {a, b, shared, inA, inB, sums, count} = this;
    let f = 0;
    for (; f + 4 <= sums.length; f += 4) {
      const c0 = Math.floor(f / shared);
      const c1 = Math.floor((f + 1) / shared);
      const c2 = Math.floor((f + 2) / shared);
      const c3 = Math.floor((f + 3) / shared);
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let t = 0; t < count; t++) {
        const i = inA[t];
        const j = inB[t] + f;
        s0 += a[i + c0] * b[j];
        s1 += a[i + c1] * b[j + 1];
        s2 += a[i + c2] * b[j + 2];
        s3 += a[i + c3] * b[j + 3];
      }
      sums[f] += s0;
      sums[f + 1] += s1;
      sums[f + 2] += s2;
      sums[f + 3] += s3;
      fourLanes.hits++;
    }
    for (; f < sums.length; f++) {
      const c = Math.floor(f / shared);
      let sum = 0;
      for (let t = 0; t < count; t++) sum += a[inA[t] + c] * b[inB[t] + f];
      sums[f] += sum;
      oneLane.hits++;
    }
    this.count = 0;
  }
}
