import {depthwise} from '../../src/algorithms/depthwise.js';
import {implicitGemm} from '../../src/algorithms/implicitGemm.js';
import {algorithms} from '../../src/algorithms/index.js';
import {winograd} from '../../src/algorithms/winograd.js';
import {countHit, makeCounters, startCounting} from '../../src/engine/coverageCounter.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';
import {passes, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';

const engines = [jsEngine, wasmEngine(wasmVariants()[0]!)];

/** Runs all passes of an algorithm of each family of operations: indirect GEMM, tile transforms, depthwise. */
function runAll(): void {
  for (const [algorithm, problem] of [
    [implicitGemm, 'ih7iw5ic3oc5kh3kw3-same'],
    [winograd, 'ih7iw5ic3oc5kh3kw3-same'],
    [depthwise, 'ih7iw5ic3oc6kh3kw3-same-depthwise'],
  ] as const) {
    const info = problemInfo(parseProblem(problem));
    for (const pass of passes) {
      const {inputs, output} = passTensors[pass];
      const [a, b] = inputs.map((name) => new Float32Array(sizeOf(info, name)).fill(1)) as [Float32Array, Float32Array];
      for (const engine of engines) algorithm[pass]?.(info, a, b, new Float32Array(sizeOf(info, output)), engine);
    }
  }
}

const hits = () =>
  [...engines, ...algorithms()].flatMap(({counters = []}) => counters).reduce((sum, one) => sum + one.hits, 0);

test('engines count hits and scan tables only between startCounting() and its stop', () => {
  const scan = jest.spyOn(Object.getPrototypeOf(Int32Array.prototype), 'some');
  runAll();
  expect(hits()).toBe(0);
  expect(scan).not.toHaveBeenCalled();
  const stop = startCounting();
  runAll();
  stop();
  expect(hits()).toBeGreaterThan(0);
  expect(scan).toHaveBeenCalled();
});

test('counting goes on until every caller of startCounting() has stopped it', () => {
  const [counter] = makeCounters(['a path']);
  const stops = [startCounting(), startCounting()];
  countHit?.(counter);
  stops[0]!();
  stops[0]!();
  countHit?.(counter);
  expect(counter!.hits).toBe(2);
  stops[1]!();
  expect(countHit).toBeUndefined();
});
