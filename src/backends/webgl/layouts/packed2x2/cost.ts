import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../../geometry/pass.js';
import type {Launch} from '../../../gpu/work.js';
import {texelsOf} from '../../cost.js';
import {device} from '../../device/tfjsBackend.js';
import {currentDrawBufferLimit} from '../../draw/drawBuffers.js';
import {fragmentsOf} from '../../draw/fragmentTile.js';
import {filterGradientTileOf, pairsTaps, type SliceGrid, sliceGridOf} from '../../filterGradient/tile.js';
import {pixelPairingOf, pointwiseTile, pointwiseTiling} from '../../pointwise/packed2x2.js';
import {pairsOf} from '../../texture/packedTexture.js';
import {texelsOver} from './pixelRow.js';

/**
 * The draws of a pass, which read both inputs as they lie. dFilter's slices are summed in a further draw. Rectangles of products are copied
 * into the result.
 */
export function launchesOf(info: Conv2DInfo, pass: Pass): Launch[] {
  if (pass === 'backpropFilter') return filterGradient(info);
  return info.kind === 'dense' ? pointwise(info, pass) : [depthwise(info, pass)];
}

function depthwise(info: Conv2DInfo, pass: Pass): Launch {
  const isForward = pass === 'forward';
  const threads = texelsOf(shapeOf(info, passTensors[pass].output));
  const rows = threads * (info.filterHeight / (isForward ? 1 : info.strideHeight));
  // In dX at stride 2 each pixel meets every other tap, and the two pixels of a texel meet different taps.
  const isApart = !isForward && info.strideWidth > 1;
  const taps = isApart ? Math.ceil(info.filterWidth / 2) : info.filterWidth;
  const pixels = taps + (isForward ? info.strideWidth : 1);
  return {
    threads,
    selected: rows * pixels,
    pairProducts: rows * taps * 4,
    loopCarried: rows,
    wideLoads: rows * (texelsOver(pixels) + (isApart ? 2 : 1) * taps),
    wideStores: threads,
  };
}

function pointwise(info: Conv2DInfo, pass: Pass): Launch[] {
  const isForward = pass === 'forward';
  const tile = pointwiseTile(info, isForward, currentDrawBufferLimit());
  const {rows, columns, drawBuffers} = tile;
  const {size, rowsAcross, strips} = pointwiseTiling(info, pass, tile, device().maxSide);
  const threads = fragmentsOf(size);
  const way = pixelPairingOf(info, isForward);
  const turns =
    (threads * pairsOf(isForward ? info.inChannels : info.outChannels)) / (isForward ? 1 : info.strideHeight);
  return [
    {
      threads,
      pairProducts: turns * drawBuffers * (way === 'gaps' ? 4 : 8),
      loopCarried: turns * drawBuffers,
      wideLoads: turns * (rows * (way === 'apart' ? 2 : 1) + columns),
      wideStores: threads * drawBuffers,
      copies: drawBuffers * rowsAcross * strips,
    },
  ];
}

function filterGradient(info: Conv2DInfo): Launch[] {
  const tile = filterGradientTileOf(info, currentDrawBufferLimit());
  const {taps, inPairs, outPairs, drawBuffers} = tile;
  const {rows, across, size, slices, sliceRows} = sliceGridOf(info, tile, device()) as SliceGrid;
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
      selected: turns * inPairs * (taps + info.strideWidth),
      pairProducts: turns * drawBuffers * 8,
      loopCarried: (turns + 2 * lines) * drawBuffers + turns * inPairs * texelsOver(taps),
      copies: isPaired ? drawBuffers : info.filterHeight * info.filterWidth * inPairs * outPairs,
      wideLoads: loads,
      wideStores: threads * drawBuffers,
    },
    ...(isPaired ? [{threads: weights, wideLoads: weights * slices, wideStores: weights}] : []),
    ...(isPaired || slices === 1
      ? []
      : [
          {
            threads: cells,
            wideLoads: cells * drawBuffers * slices,
            loopCarried: cells * drawBuffers * slices,
            wideStores: cells * drawBuffers,
          },
        ]),
  ];
}
