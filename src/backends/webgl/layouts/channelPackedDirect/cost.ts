import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../../geometry/pass.js';
import type {Launch} from '../../../gpu/work.js';
import {device} from '../../device/tfjsBackend.js';
import {currentDrawBufferLimit} from '../../draw/drawBuffers.js';
import {fragmentsOf} from '../../draw/fragmentTile.js';
import {tilingOf} from '../../draw/tiling.js';
import {packing} from '../channelPacked/cost.js';
import {channelBlocksOf} from '../channelPacked/layout.js';
import {hasOneChannel, layoutOf, pixelsOf, resultTile, type SourceLayout, tapsAtOnce} from './layout.js';

/** The draws of a pass: pack the source into channel blocks, and compute. The rectangles of the result are then copied into one texture. */
export function launchesOf(info: Conv2DInfo, pass: Pass): Launch[] {
  const {maxSide} = device();
  const {source} = layoutOf(info, pass, maxSide) as SourceLayout;
  const {rows, columns, drawBuffers} = resultTile(info, pass, currentDrawBufferLimit());
  const terms = shapeOf(info, passTensors[pass].inputs[0])[3];
  const {size, rowsAcross, strips} = tilingOf(shapeOf(info, passTensors[pass].output), {rows, columns}, maxSide);
  const threads = fragmentsOf(size);
  const lanes = Math.min(4, terms);
  // Columns that have no second one beside them: see `isDouble` in `convolutionText`.
  const single = columns % 2;
  const [down, at] = tapsAtOnce(info, pass);
  const ofOne = hasOneChannel(info, pass);
  const lines = (threads * info.filterHeight * info.filterWidth) / at;
  const turns = lines * channelBlocksOf(terms);
  return [
    packing(source),
    {
      threads,
      ...(single > 0
        ? {
            [ofOne ? 'products' : 'pairProducts']:
              (turns * at * drawBuffers * (ofOne ? 2 : 4) * lanes * single) / columns,
          }
        : {}),
      ...(single < columns ? {products: (turns * at * drawBuffers * 4 * lanes * (columns - single)) / columns} : {}),
      wideLoads: turns * (rows * pixelsOf(info, pass) + at * columns * Math.ceil(lanes / 2)),
      loopCarried: ((turns + lines) * drawBuffers) / down / (ofOne ? 2 : 1),
      wideStores: threads * drawBuffers,
      copies: drawBuffers * rowsAcross * strips,
    },
  ];
}
