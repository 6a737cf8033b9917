import {engine} from '../../engine/index.js';
import {fitsIndexRange, maxInt32} from '../../geometry/indexRange.js';
import {flopsOf} from '../../geometry/pass.js';
import type {Builtin} from '../implementation.js';
import {alongChannels} from './epilogue.js';
import {runBuiltin, type WasmBackend} from './heap.js';

/** Below so many operations, copying into the engine's memory takes longer than its products save. */
const smallFlops = 4e6;

/**
 * tfjs's `wasm` backend convolves forward by XNNPACK, in kernels of its own: faster than ours for depthwise convolutions, and for all where ours have
 * no vectors. What is wrong with it, measured on 7000 random problems, comes from the sizes and pads that tfjs computes for it (issues 649, 5907, 7605,
 * 8405); with explicit pads it was right on all of 6000, and on all of 3142 depthwise ones. One thing is left: a dense convolution between single
 * channels uses kernels that turn NaN into a number.
 */
export const builtinOnWasm: Builtin = {
  passes: ['forward'],
  isFaster: (info) => info.kind === 'depthwise' || flopsOf(info) < smallFlops || engine().name === 'js',
  supports(info) {
    const {kind, inChannels, outChannels} = info;
    if (kind === 'dense' && inChannels === 1 && outChannels === 1)
      return "between single channels wasm's own kernel loses NaN";
    return fitsIndexRange(info, maxInt32);
  },
  run: (backend, inputs, kernel) => runBuiltin(backend as WasmBackend, inputs, kernel),
  /** One bias and one slope for each channel. The kernel refuses a bias that was made in another shape and is a vector by reshaping. */
  fuses({outChannels}, {bias, preluActivationWeights: slopes}, backend) {
    const {dataIdMap} = backend as {dataIdMap: {get(dataId: object): {shape: number[]}}};
    return (
      (!bias ||
        [bias, dataIdMap.get(bias.dataId)].every(({shape}) => shape.length === 1 && shape[0] === outChannels)) &&
      (!slopes || alongChannels(slopes.shape, outChannels))
    );
  },
};
