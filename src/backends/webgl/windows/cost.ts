import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../geometry/pass.js';
import type {Launch} from '../../gpu/work.js';
import {fragmentsOf} from '../block.js';
import {cutOf} from '../cut.js';
import {packing} from '../quads/cost.js';
import {quadsOf} from '../quads/layout.js';
import {mostTargetsHere} from '../targets.js';
import {device} from '../tfjsBackend.js';
import {isOfOne, type Layout, layoutOf, pixelsOf, tapsAtOnce, windowBlock} from './layout.js';

/** The source into quads, what is computed of it and the filter, and the rectangles of the result into one. */
export function launchesOf(info: Conv2DInfo, pass: Pass): Launch[] {
  const {maxSide} = device();
  const {source} = layoutOf(info, pass, maxSide) as Layout;
  const {rows, columns, targets} = windowBlock(info, pass, mostTargetsHere());
  const terms = shapeOf(info, passTensors[pass].inputs[0])[3];
  const {size, abreast, strips} = cutOf(shapeOf(info, passTensors[pass].output), {rows, columns}, maxSide);
  const threads = fragmentsOf(size);
  const lanes = Math.min(4, terms);
  // See `isDouble` of its text.
  const single = columns % 2;
  const [down, at] = tapsAtOnce(info, pass);
  const ofOne = isOfOne(info, pass);
  const lines = (threads * info.filterHeight * info.filterWidth) / at;
  const turns = lines * quadsOf(terms);
  return [
    packing(source),
    {
      threads,
      ...(single > 0
        ? {[ofOne ? 'products' : 'pairProducts']: (turns * at * targets * (ofOne ? 2 : 4) * lanes * single) / columns}
        : {}),
      ...(single < columns ? {products: (turns * at * targets * 4 * lanes * (columns - single)) / columns} : {}),
      wideLoads: turns * (rows * pixelsOf(info, pass) + at * columns * Math.ceil(lanes / 2)),
      carried: ((turns + lines) * targets) / down / (ofOne ? 2 : 1),
      wideStores: threads * targets,
      moves: targets * abreast * strips,
    },
  ];
}
