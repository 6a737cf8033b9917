import {arrayBytes} from '../engine/engine.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {filterDepth, flopsOf, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';
import {makeBlockCounters} from './windows/cacheBlocks.js';
import {type ChannelWindows, channelWindows} from './windows/channelWindows.js';
import {epilogueInArena} from './windows/epilogueInArena.js';
import {type TapRange, tapRangeOf, transposedTapRangeOf} from './windows/tapRange.js';

/** Bytes that a block reads, and bytes that it writes. Both stay in a level-2 cache, and the workspace is bounded for any batch. */
const blockBytes = 1 << 19;

const counters = makeBlockCounters('depthwise');

/**
 * Depthwise convolution of all channels side by side. Output channel f = c·M + m is a *lane*. Lanes never meet. Lane f of a tap
 * of the filter [C, M] is weight f of that tap. Lane f of x is channel c = ⌊f / M⌋ of x, which is copied M times. So each pass is
 * the same sum over tables of offsets:
 *
 *     forward         y[n, oh, ow, f]   = Σ x[lane f] · filter[lane f]            over the taps (i, j) of that pixel that lie inside x
 *     backpropInput   dx[n, h, w, c]    = Σ_m Σ dy[lane f] · filter[lane f]       over the taps through which an output reads that pixel
 *     backpropFilter  dFilter[i, j, f]  = Σ x[lane f] · dy[lane f]                over the pixels whose tap (i, j) lies inside x
 *
 * Terms outside the tensors are left out.
 */
export const depthwise: Algorithm = {
  name: 'depthwise',
  title: 'Depthwise convolution, channels side by side',
  source: 'https://arxiv.org/abs/1704.04861',
  integerHeadroom: 1,
  footprint: 'taps',
  counters: Object.values(counters),
  supports: ({kind}) => kind === 'depthwise' || 'it computes depthwise convolutions only',
  cost: (info) => ({
    flops: flopsOf(info),
    bytes: 4 * (sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y')),
    workspaceBytes: 4 * sizeOf(info, 'filter') + 4 * blockBytes,
    work: {dwconv: flopsOf(info), copied: 4 * (sizeOf(info, 'x') + sizeOf(info, 'y'))},
  }),

  fuses: true,

  forward(info, x, filter, y, engine, epilogue) {
    const {outChannels: F} = info;
    const windows = windowsIn(info, tapRangeOf(info));
    engine.memory.withArena(windows.bytes + 2 * (4 * F + arrayBytes), (arena) => {
      const {source, pixels, weights, load} = windows.open(arena);
      const ownEpilogue = epilogue && epilogueInArena(arena, epilogue);
      weights.set(filter);
      for (const block of windows.blocks) {
        const {first, count, groups} = load(x, filterDepth(info), block, engine);
        for (const group of groups) {
          const tables = {rows: group.pixelOffsets, terms: group.tapOffsets};
          engine.depthwise.dwconv({source, ...tables, filter: weights, out: pixels, lanes: F, accumulate: false});
        }
        if (ownEpilogue) engine.depthwise.applyEpilogue(pixels, count, F, ownEpilogue);
        y.set(pixels.subarray(0, count * F), first * F);
      }
    });
  },

  backpropInput(info, dy, filter, dx, engine) {
    const {inChannels: C, outChannels: F} = info;
    const M = filterDepth(info);
    const windows = windowsIn(info, transposedTapRangeOf(info));
    engine.memory.withArena(windows.bytes, (arena) => {
      const {source, pixels, weights, narrow, load} = windows.open(arena);
      weights.set(filter);
      for (const block of windows.blocks) {
        const {first, count, groups} = load(dy, 1, block, engine);
        for (const group of groups) {
          const tables = {rows: group.pixelOffsets, terms: group.tapOffsets};
          engine.depthwise.dwconv({source, ...tables, filter: weights, out: pixels, lanes: F, accumulate: false});
        }
        const result = (M > 1 ? narrow : pixels).subarray(0, count * C);
        if (M > 1) engine.depthwise.sumRepeats({source: pixels, times: M, out: result});
        dx.set(result, first * C);
      }
    });
  },

  backpropFilter(info, x, dy, dFilter, engine) {
    const {outChannels: F} = info;
    const windows = windowsIn(info, tapRangeOf(info));
    engine.memory.withArena(windows.bytes, (arena) => {
      const {source, pixels, weights, load} = windows.open(arena);
      weights.fill(0);
      for (const block of windows.blocks) {
        const {first, count, groups} = load(x, filterDepth(info), block, engine);
        pixels.set(dy.subarray(first * F, (first + count) * F));
        for (const group of groups) {
          const tables = {rows: group.tapOffsets, terms: group.pixelOffsets};
          engine.depthwise.dwconv({source, ...tables, filter: pixels, out: weights, lanes: F, accumulate: true});
        }
      }
      dFilter.set(weights);
    });
  },
};

function windowsIn(info: Conv2DInfo, tapRanges: readonly [TapRange, TapRange]): ChannelWindows {
  const {batch, outChannels, filterHeight, filterWidth} = info;
  return channelWindows(
    batch,
    tapRanges,
    [filterHeight, filterWidth],
    outChannels,
    filterDepth(info),
    blockBytes,
    counters,
  );
}
