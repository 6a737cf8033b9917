import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../geometry/pass.js';
import type {Launch} from '../../gpu/work.js';
import {texelsOf} from '../cost.js';
import {mostTargetsHere} from '../targets.js';
import {device} from '../tfjsBackend.js';
import {pointwiseBlock} from './pointwise.js';
import {numbers, texelsOver} from './row.js';
import {pairsOf} from './source.js';
import {cutOf, tileOf} from './tile.js';

/** What is computed of both inputs as they lie; dFilter's slices are summed besides, and the parts of a product are copied together. */
export function launchesOf(info: Conv2DInfo, pass: Pass): Launch[] {
  if (pass === 'backpropFilter') return outer(info);
  return info.kind === 'dense' ? pointwise(info, pass) : [depthwise(info, pass)];
}

function depthwise(info: Conv2DInfo, pass: Pass): Launch {
  const isForward = pass === 'forward';
  const threads = texelsOf(shapeOf(info, passTensors[pass].output));
  const rows = threads * (info.filterHeight / (isForward ? 1 : info.strideHeight));
  // Of a dX at stride 2 each pixel meets every other tap, and the two of a texel not the same.
  const isApart = !isForward && info.strideWidth > 1;
  const taps = isApart ? Math.ceil(info.filterWidth / 2) : info.filterWidth;
  const pixels = taps + (isForward ? info.strideWidth : 1);
  return {
    threads,
    picked: rows * pixels,
    products: rows * taps * 4,
    wideLoads: rows * (texelsOver(pixels) + (isApart ? 2 : 1) * taps),
    wideStores: threads,
  };
}

function pointwise(info: Conv2DInfo, pass: Pass): Launch[] {
  const isForward = pass === 'forward';
  const {rows, columns, targets} = pointwiseBlock(info, isForward, mostTargetsHere());
  const [n, h, w, channels] = shapeOf(info, passTensors[pass].output);
  const threads = Math.ceil((n * h * pairsOf(w)) / rows) * Math.ceil(pairsOf(channels) / columns);
  const turns = threads * pairsOf(isForward ? info.inChannels : info.outChannels);
  const reads = rows * (isForward && info.strideWidth > 1 ? 2 : 1) + columns;
  return [
    {threads, products: turns * targets * 8, wideLoads: turns * reads, wideStores: threads * targets},
    ...numbers(targets).map(() => ({copied: threads})),
  ];
}

function outer(info: Conv2DInfo): Launch[] {
  const tile = tileOf(info, mostTargetsHere());
  const {taps, inPairs, outPairs, targets} = tile;
  const {perSlice, slices, sliceRows} = cutOf(info, tile, device());
  const threads = slices * perSlice;
  const lines = threads * sliceRows;
  const turns = lines * pairsOf(info.outWidth);
  const loads = turns * (inPairs * info.strideWidth + outPairs) + lines * inPairs * texelsOver(taps);
  const weights = texelsOf(shapeOf(info, 'dFilter'));
  return [
    {
      threads,
      picked: turns * inPairs * (taps + info.strideWidth),
      products: turns * targets * 8,
      wideLoads: loads,
      wideStores: threads * targets,
    },
    ...numbers(targets).map(() => ({copied: threads})),
    {threads: weights, wideLoads: weights * slices, wideStores: weights},
  ];
}
