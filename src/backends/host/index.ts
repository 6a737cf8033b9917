import type {TensorInfo} from '@tensorflow/tfjs';
import type {Algorithm} from '../../algorithms/algorithm.js';
import {direct} from '../../algorithms/direct.js';
import {algorithms} from '../../algorithms/index.js';
import {engine} from '../../engine/index.js';
import {ratesOf} from '../../engine/rates.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {type Pass, passes, passTensors, shapeOf} from '../../geometry/pass.js';
import {epilogueInputs, fusesIn} from '../epilogue.js';
import type {BackendFamily, Implementation, TensorEpilogue} from '../implementation.js';
import {backendNames} from '../servedBackends.js';
import {builtinOnWasm} from './builtinOnWasm.js';
import {toEngineEpilogue} from './epilogue.js';
import {floats} from './floats.js';
import {compute} from './memory.js';
import {isTiny} from './tiny.js';

/** Runs every algorithm of the catalogue on backends whose tensors JavaScript can reach (cpu and wasm). */
export const hostFamily: BackendFamily = {
  backends: backendNames.host,
  implementations: () => algorithms().map(implementation),
  builtins: {wasm: builtinOnWasm},
  engine,
  kernelLanguage: 'engine',
  floats,
  minPredictedFlops: 4e6,
  counters: () => [...engine().counters, ...algorithms().flatMap(({counters: parts = []}) => parts)],
};

const fuses = fusesIn('engine');

const implementations = new WeakMap<Algorithm, Implementation>();

function implementation(algorithm: Algorithm): Implementation {
  const made = implementations.get(algorithm) ?? {
    algorithm: algorithm.name,
    passes: passes.filter((pass) => algorithm[pass]),
    supports: (info: Conv2DInfo, pass: Pass) =>
      algorithm[pass] ? algorithm.supports(info, pass) : `it has no ${pass}`,
    cost: algorithm.cost.bind(algorithm),
    accuracy: algorithm.accuracy,
    prepare(info: Conv2DInfo, pass: Pass) {
      const {work} = algorithm.cost(info, pass);
      if (work) ratesOf(engine()).prepare(work);
    },
    predict(info: Conv2DInfo, pass: Pass) {
      const {work} = algorithm.cost(info, pass);
      return work && ratesOf(engine()).predict(work);
    },
    ...(algorithm === direct ? {isFaster: isTiny} : {}),
    ...(algorithm.fuses ? {fuses} : {}),
    run(pass: Pass, info: Conv2DInfo, a: TensorInfo, b: TensorInfo, backend: object, epilogue?: TensorEpilogue) {
      const beside = epilogueInputs(epilogue).map(([, tensor]) => tensor);
      const shape = shapeOf(info, passTensors[pass].output);
      return compute(backend, [a, b, ...beside], shape, ([first, second, ...rest], output) =>
        algorithm[pass]?.(info, first, second, output, engine(), epilogue && toEngineEpilogue(epilogue, rest)),
      );
    },
  };
  implementations.set(algorithm, made);
  return made;
}
