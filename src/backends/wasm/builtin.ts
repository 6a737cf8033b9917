import {engine} from '../../engine/index.js';
import {activations} from '../../geometry/activations.js';
import {fitsIndexRange, maxInt32} from '../../geometry/indexRange.js';
import {flopsOf} from '../../geometry/pass.js';
import {alongChannels} from '../epilogue.js';
import {runBuiltin, type WasmBackend} from '../host/heap.js';
import type {Builtin} from '../implementation.js';

/** Below this many operations, copying into the engine's memory takes longer than the engine's faster products save. */
const smallFlops = 4e6;

/**
 * tfjs's `wasm` backend computes forward convolutions with XNNPACK. Its kernels are faster than ours for depthwise convolutions, and for
 * all convolutions where our engine has no vectors. Its errors, measured on 7000 random problems, come from the sizes and pads that tfjs
 * computes for it (issues 649, 5907, 7605, 8405). With explicit pads it was right on all of 6000 problems, and on all of 3142 depthwise
 * ones. One error remains: a dense convolution from one channel to one channel uses kernels that turn NaN into a number.
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
  /**
   * Accepts one bias and one slope for each channel. The kernel rejects a bias made in another shape, even if it is reshaped to a vector.
   */
  fuses({outChannels}, {activation, bias, preluActivationWeights: slopes}, backend) {
    const {dataIdMap} = backend as {dataIdMap: {get(dataId: object): {shape: number[]}}};
    return (
      !activations[activation].isUnknownToTfjs &&
      (!bias ||
        [bias, dataIdMap.get(bias.dataId)].every(({shape}) => shape.length === 1 && shape[0] === outChannels)) &&
      (!slopes || alongChannels(slopes.shape, outChannels))
    );
  },
};
