import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, type Pass, passTensors, shapeOf, sizeOf} from '../../geometry/pass.js';
import {type GpuCost, type Launch, predictedMilliseconds} from '../gpu/work.js';
import type {Implementation} from '../implementation.js';
import {ratesInUse} from './rates.js';

/** Texels of a tensor [N, H, W, C] in tfjs's packed layout. */
export function texelsOf([n, h, rows, columns]: readonly number[]): number {
  return n * h * Math.ceil(rows / 2) * Math.ceil(columns / 2);
}

/** Cost and predicted time of a pass, from the draws that it consists of. */
export function costFrom(
  launchesOf: (info: Conv2DInfo, pass: Pass) => readonly Launch[],
): Required<Pick<Implementation, 'cost' | 'predict'>> {
  const cost = (info: Conv2DInfo, pass: Pass): GpuCost => {
    const launches = launchesOf(info, pass);
    const {inputs, output} = passTensors[pass];
    const total = (of: (launch: Launch) => number | undefined) =>
      launches.reduce((sum, launch) => sum + (of(launch) ?? 0), 0);
    const tensors = [...inputs, output].reduce((sum, name) => sum + 4 * sizeOf(info, name), 0);
    const workspaceBytes = Math.max(0, 16 * total(({wideStores}) => wideStores) - 4 * sizeOf(info, output));
    // Intermediate textures are written once and read once.
    return {flops: flopsOf(info), bytes: tensors + 2 * workspaceBytes, workspaceBytes, launches};
  };
  return {cost, predict: (info, pass) => predictedMilliseconds(ratesInUse(), cost(info, pass).launches)};
}

/**
 * The draw of the definition, which computes the place of each texel anew. For each tap and each two channels that it sums over, it looks
 * up a texel for each of two pixels, and one of weights. dX looks up the weights for each pixel by itself. dFilter looks up two texels for
 * each pixel of y.
 */
export function directLaunches(info: Conv2DInfo, pass: Pass): Launch[] {
  const {kind, batch, outHeight, outWidth, strideHeight, strideWidth} = info;
  const threads = texelsOf(shapeOf(info, passTensors[pass].output));
  const store = {threads, wideStores: threads};
  if (pass === 'backpropFilter') {
    const turns = threads * batch * outHeight * outWidth;
    return [{...store, products: 4 * turns, lookups: 2 * turns}];
  }
  const taps = (info.filterHeight * info.filterWidth) / (pass === 'forward' ? 1 : strideHeight * strideWidth);
  const summed = kind === 'depthwise' ? 1 : pass === 'forward' ? info.inChannels : info.outChannels;
  const turns = threads * taps * Math.ceil(summed / 2);
  return [{...store, products: 8 * turns, lookups: (pass === 'backpropInput' ? 4 : 3) * turns}];
}
