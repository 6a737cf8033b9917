import type {TensorInfo} from '@tensorflow/tfjs';
import type {Algorithm} from '../../algorithms/algorithm.js';
import {algorithms} from '../../algorithms/index.js';
import {engine} from '../../engine/index.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {type Pass, passes, passTensors, shapeOf} from '../../geometry/pass.js';
import type {BackendFamily, Implementation} from '../implementation.js';
import {builtinOnWasm} from './builtinOnWasm.js';
import {compute} from './memory.js';

/** Every algorithm of the catalogue, on backends whose tensors JavaScript can reach. */
export const hostFamily: BackendFamily = {
  backends: ['cpu', 'wasm'],
  implementations: () => algorithms().map(implementation),
  builtins: {wasm: builtinOnWasm},
  engine,
  parts: () => [...engine().parts, ...algorithms().flatMap(({parts = []}) => parts)],
};

const implementations = new WeakMap<Algorithm, Implementation>();

function implementation(algorithm: Algorithm): Implementation {
  const made = implementations.get(algorithm) ?? {
    algorithm: algorithm.name,
    passes: passes.filter((pass) => algorithm[pass]),
    supports: (info: Conv2DInfo, pass: Pass) =>
      algorithm[pass] ? algorithm.supports(info, pass) : `it has no ${pass}`,
    cost: algorithm.cost.bind(algorithm),
    run(pass: Pass, info: Conv2DInfo, a: TensorInfo, b: TensorInfo, backend: object) {
      return compute(backend, [a, b], shapeOf(info, passTensors[pass].output), (...arrays) =>
        algorithm[pass]?.(info, ...arrays, engine()),
      );
    },
  };
  implementations.set(algorithm, made);
  return made;
}
