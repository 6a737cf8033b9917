import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../geometry/pass.js';
import type {Launch} from '../../gpu/work.js';
import {fragmentsOf} from '../block.js';
import {texelsOf} from '../cost.js';
import {pairsOf} from '../source.js';
import {mostTargetsHere} from '../targets.js';
import {device} from '../tfjsBackend.js';
import {pointwiseBlock, pointwiseCut, wayOf} from './pointwise.js';
import {texelsOver} from './row.js';
import {type Grid, gridOf, pairsTaps, tileOf} from './tile.js';

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
    pairProducts: rows * taps * 4,
    carried: rows,
    wideLoads: rows * (texelsOver(pixels) + (isApart ? 2 : 1) * taps),
    wideStores: threads,
  };
}

function pointwise(info: Conv2DInfo, pass: Pass): Launch[] {
  const isForward = pass === 'forward';
  const block = pointwiseBlock(info, isForward, mostTargetsHere());
  const {rows, columns, targets} = block;
  const {size, abreast, strips} = pointwiseCut(info, pass, block, device().maxSide);
  const threads = fragmentsOf(size);
  const way = wayOf(info, isForward);
  const turns =
    (threads * pairsOf(isForward ? info.inChannels : info.outChannels)) / (isForward ? 1 : info.strideHeight);
  return [
    {
      threads,
      pairProducts: turns * targets * (way === 'gaps' ? 4 : 8),
      carried: turns * targets,
      wideLoads: turns * (rows * (way === 'apart' ? 2 : 1) + columns),
      wideStores: threads * targets,
      moves: targets * abreast * strips,
    },
  ];
}

function outer(info: Conv2DInfo): Launch[] {
  const tile = tileOf(info, mostTargetsHere());
  const {taps, inPairs, outPairs, targets} = tile;
  const {rows, across, size, slices, sliceRows} = gridOf(info, tile, device()) as Grid;
  const threads = fragmentsOf(size);
  const lines = threads * sliceRows;
  const turns = lines * pairsOf(info.outWidth);
  const loads = turns * (inPairs * info.strideWidth + outPairs) + lines * inPairs * texelsOver(taps);
  const weights = texelsOf(shapeOf(info, 'dFilter'));
  const isPaired = pairsTaps(info);
  const cells = rows * across;
  return [
    {
      threads,
      picked: turns * inPairs * (taps + info.strideWidth),
      pairProducts: turns * targets * 8,
      carried: (turns + 2 * lines) * targets + turns * inPairs * texelsOver(taps),
      moves: isPaired ? targets : info.filterHeight * info.filterWidth * inPairs * outPairs,
      wideLoads: loads,
      wideStores: threads * targets,
    },
    ...(isPaired ? [{threads: weights, wideLoads: weights * slices, wideStores: weights}] : []),
    ...(isPaired || slices === 1
      ? []
      : [
          {
            threads: cells,
            wideLoads: cells * targets * slices,
            carried: cells * targets * slices,
            wideStores: cells * targets,
          },
        ]),
  ];
}
