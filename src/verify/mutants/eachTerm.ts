import {channelStep, filterDepth} from '../../geometry/pass.js';
import type {PassArguments} from './mutant.js';

/** Visits every product of a pass: the indices of the output element and of its two factors. */
export function eachTerm({pass, info}: PassArguments, visit: (out: number, a: number, b: number) => void): void {
  const {inChannels: C, outChannels: F} = info;
  const [depth, step] = [filterDepth(info), channelStep(info)];
  const pixels = info.batch * info.outHeight * info.outWidth;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const ow = pixel % info.outWidth;
    const oh = Math.floor(pixel / info.outWidth) % info.outHeight;
    const n = Math.floor(pixel / info.outWidth / info.outHeight);
    for (let tap = 0; tap < info.filterHeight * info.filterWidth; tap++) {
      const h = oh * info.strideHeight - info.padTop + Math.floor(tap / info.filterWidth) * info.dilationHeight;
      const w = ow * info.strideWidth - info.padLeft + (tap % info.filterWidth) * info.dilationWidth;
      if (h < 0 || h >= info.inHeight || w < 0 || w >= info.inWidth) continue;
      for (let weight = 0; weight < C * depth; weight++) {
        const c = Math.floor(weight / depth);
        const x = ((n * info.inHeight + h) * info.inWidth + w) * C + c;
        const filter = tap * C * depth + weight;
        const y = pixel * F + c * step + (weight % depth);
        if (pass === 'forward') visit(y, x, filter);
        else if (pass === 'backpropInput') visit(x, y, filter);
        else visit(filter, x, y);
      }
    }
  }
}
