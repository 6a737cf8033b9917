import {depthwise} from '../../src/algorithms/depthwise.js';
import {fft} from '../../src/algorithms/fft.js';
import {implicitGemm} from '../../src/algorithms/implicitGemm.js';
import {winograd} from '../../src/algorithms/winograd.js';
import {winograd4} from '../../src/algorithms/winograd4.js';
import type {Engine} from '../../src/engine/engine.js';
import {partition} from '../../src/engine/kernelCall.js';
import {maxCalls} from '../../src/engine/threads/control.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';
import {passes, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {edgeCases} from '../../src/verify/cases/edgeCases.js';
import {makeTestVector} from '../../src/verify/data/testVector.js';

const one = {data: Float32Array.of(1), offset: 0, rowStride: 1, columnStride: 1};

/** Gives the engine work until all its threads have started. */
async function ready(engine: Engine, threads: number): Promise<Engine> {
  for (let i = 0; i < 2_000 && engine.threads() < threads; i++) {
    engine.gemm.multiply(1, 1, 1, one, one, {...one, data: new Float32Array(1)}, false);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(engine.threads()).toBe(threads);
  return engine;
}

const cases = [
  ...edgeCases().flatMap(({problem}) => (problem.batch > 0 ? [problem] : [])),
  // More panels of columns than one job has room for, and pieces of several calls.
  parseProblem(`ih2iw3ic5oc${8 * maxCalls + 11}kh1kw1`),
].map((problem) => {
  const {inputs} = makeTestVector(problem, 'reals', 1, 1);
  return {problem, inputs, info: problemInfo(problem)};
});

function run(engine: Engine, some = cases): number[][] {
  return some.flatMap(({inputs, info}) =>
    passes.flatMap((pass) => {
      const {inputs: names, output} = passTensors[pass];
      const [a, b] = names.map((tensor) => inputs[tensor as keyof typeof inputs]) as [Float32Array, Float32Array];
      const able = [implicitGemm, depthwise, winograd, winograd4, fft].filter(
        ({supports}) => supports(info, pass) === true,
      );
      return able.map((algorithm) => {
        const out = new Float32Array(sizeOf(info, output)).fill(Number.NaN);
        algorithm[pass]?.(info, a, b, out, engine);
        return [...out];
      });
    }),
  );
}

describe.each(wasmVariants().filter((variant) => variant !== 'fmaLow'))('threads of %s', (variant) => {
  const alone = run(wasmEngine(variant));

  it.each([2, 3, 4])('%p threads change no bit of a result, even for tiny work', async (threads) => {
    const engine = await ready(wasmEngine(variant, {threads, parallelThreshold: 0}), threads);
    expect(run(engine)).toEqual(alone);
    engine.release();
    expect(engine.threads()).toBe(1);
    expect(run(engine)).toEqual(alone); // they may not have come up again yet
    engine.release();
  });

  it('do not start for work that is too small', async () => {
    const engine = wasmEngine(variant, {threads: 2});
    // Except for the spectra of many filters, which pay.
    const small = cases.filter(({info}) => info.inChannels * info.outChannels < 4096);
    run(engine, small);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(engine.threads()).toBe(1);
  });
});

test.each([
  [1, 7, 2],
  [1, 10_000, 2],
  [64, 49, 4],
  [3, 1, 8],
  [5, 200, 3],
])('%p calls over %p elements split into pieces for %p threads that cover each once', (calls, count, threads) => {
  const {step, ranges, group, pieces} = partition(calls, count, threads);
  const covered = Array.from({length: calls}, () => new Uint8Array(count));
  for (let piece = 0; piece < pieces; piece++) {
    const from = (piece % ranges) * step;
    const first = Math.floor(piece / ranges) * group;
    for (let call = first; call < Math.min(calls, first + group); call++) {
      for (let i = from; i < Math.min(count, from + step); i++) covered[call]![i]!++;
    }
  }
  expect(covered.every((line) => line.every((times) => times === 1))).toBe(true);
});
