import type {TensorInfo} from '@tensorflow/tfjs';
import type {Algorithm} from '../../algorithms/algorithm.js';
import {algorithms} from '../../algorithms/index.js';
import {jsEngine} from '../../engine/jsEngine.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {type Pass, passes, passTensors, shapeOf, sizeOf} from '../../geometry/pass.js';
import type {BackendFamily, Implementation} from '../implementation.js';

/** What the host kernels need of a tfjs backend whose data live in JavaScript's memory. */
interface HostBackend {
  readSync(dataId: object): Float32Array;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** Every algorithm of the catalogue, on backends that keep their tensors in JavaScript's memory. */
export const hostFamily: BackendFamily = {
  backends: ['cpu'],
  implementations: () => algorithms().map(implementation),
  parts: () => [...jsEngine.parts, ...algorithms().flatMap(({parts = []}) => parts)],
};

const implementations = new WeakMap<Algorithm, Implementation>();

function implementation(algorithm: Algorithm): Implementation {
  const made = implementations.get(algorithm) ?? {
    algorithm: algorithm.name,
    passes: passes.filter((pass) => algorithm[pass]),
    supports: (info: Conv2DInfo, pass: Pass) =>
      algorithm[pass] ? algorithm.supports(info, pass) : `it has no ${pass}`,
    run(pass: Pass, info: Conv2DInfo, a: TensorInfo, b: TensorInfo, backend: object) {
      const host = backend as HostBackend;
      const {output} = passTensors[pass];
      const result = new Float32Array(sizeOf(info, output));
      algorithm[pass]?.(info, host.readSync(a.dataId), host.readSync(b.dataId), result, jsEngine);
      return host.makeTensorInfo(shapeOf(info, output), 'float32', result);
    },
  };
  implementations.set(algorithm, made);
  return made;
}
