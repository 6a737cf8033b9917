import {ieee} from '../arithmetic.js';
import type {Backend} from '../backend.js';
import {guardMemory} from '../host/heap.js';
import {host} from '../host/host.js';
import {builtinOnWasm} from './builtin.js';
import {faults} from './faults.js';

/** Serves tfjs's `wasm` backend, whose tensors lie in the heap of its module. */
export const wasm: Backend = {
  name: 'wasm',
  ...host,
  builtin: builtinOnWasm,
  lifecycle: {...host.lifecycle, setUp: guardMemory},
  // XNNPACK's exp reduces the range and evaluates a polynomial, within 4 ulp.
  arithmetic: {...ieee, exponential: () => 4 * 2 ** -23},
  faults,
  npm: {name: '@tensorflow/tfjs-backend-wasm'},
  equipment: async () => (await import('./equipment.js')).equipment,
};
