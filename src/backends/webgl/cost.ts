import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, type Pass, passTensors, shapeOf, sizeOf} from '../../geometry/pass.js';
import {type GpuCost, type Launch, predictedMilliseconds} from '../gpu/work.js';
import type {Implementation} from '../implementation.js';
import {ratesInUse} from './rates.js';

/** Texels of a tensor as tfjs packs it. */
export function texelsOf([n, h, rows, columns]: readonly number[]): number {
  return n * h * Math.ceil(rows / 2) * Math.ceil(columns / 2);
}

/** What the draws of a pass cost, and how long they should take. */
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
    // What lies between is written and read.
    return {flops: flopsOf(info), bytes: tensors + 2 * workspaceBytes, workspaceBytes, launches};
  };
  return {cost, predict: (info, pass) => predictedMilliseconds(ratesInUse(), cost(info, pass).launches)};
}

/**
 * The definition, which finds the place of each texel anew: for each tap and two channels that it sums over
 * those of two pixels and their weights, which dX finds for each pixel by itself.
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
