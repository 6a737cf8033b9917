import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, type Pass, sizeOf} from '../../geometry/pass.js';

/**
 * A dense pass of fewer operations is fastest by the definition, because other algorithms must first write the tables and copies that they
 * read. Measured on random problems of up to 150,000 operations: the others take 4 to 20 µs before the first product, and the definition
 * takes 1 ns per operation.
 */
const fewestFlops: Readonly<Record<Pass, number>> = {forward: 4096, backpropInput: 20_480, backpropFilter: 2048};

/** The same limit for depthwise passes, as elements of y. There the tables grow with the taps, as the operations do. */
const fewestOutputs = 1024;

/** Whether `direct` is the fastest way to compute a pass. */
export function isTiny(info: Conv2DInfo, pass: Pass): boolean {
  return info.kind === 'dense' ? flopsOf(info) < fewestFlops[pass] : sizeOf(info, 'y') <= fewestOutputs;
}
