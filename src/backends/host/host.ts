import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Algorithm} from '../../algorithms/algorithm.js';
import {direct} from '../../algorithms/direct.js';
import {algorithms} from '../../algorithms/index.js';
import type {Epilogue} from '../../engine/engine.js';
import {engine} from '../../engine/index.js';
import {ratesOf} from '../../engine/rates.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {type Pass, passes, passTensors, shapeOf} from '../../geometry/pass.js';
import type {Backend, WrongGradient} from '../backend.js';
import {epilogueInputs, fusesIn} from '../epilogue.js';
import type {Implementation, TensorEpilogue} from '../implementation.js';
import {floats} from './floats.js';
import {compute, reuseOutputs} from './memory.js';
import {isTiny} from './tiny.js';

/** What the backends share whose tensors JavaScript can reach: they run every algorithm of the catalogue on the engine. */
export const host = {
  implementations: () => algorithms().map(implementation),
  counters: () => engine().counters,
  engine,
  kernelLanguage: 'engine',
  minPredictedFlops: 4e6,
  floats,
  lifecycle: {install: () => reuseOutputs(true), uninstall: () => reuseOutputs(false)},
  reads: 'memory',
} as const satisfies Partial<Backend>;

/** What reports say of the engine. */
export const describeEngine = () => ({engine: engine().name, engineThreads: engine().threads()});

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
    counters: algorithm.counters,
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

/** The epilogue with the arrays of its tensors, given in the order of `epilogueInputs`. */
function toEngineEpilogue(
  {activation, bias, leakyreluAlpha: alpha}: TensorEpilogue,
  arrays: readonly Float32Array[],
): Epilogue {
  const [first, second] = arrays;
  return {activation, alpha, ...(bias ? {bias: first, slopes: second} : {slopes: first})};
}

/** Gradients of other operations that tfjs computes wrong on cpu and on wasm alike. */
export const wrongHostGradients: readonly WrongGradient[] = [
  {op: 'avgPool', when: 'when a window reaches into the padding', repaired: false},
  {op: 'avgPool3d', when: 'when a window reaches into the padding', repaired: false},
  {op: 'image.resizeBilinear', when: 'throws when the images are not square', repaired: true},
];
