import type {Algorithm} from '../../src/algorithms/algorithm.js';
import {fft} from '../../src/algorithms/fft.js';
import {implicitGemm} from '../../src/algorithms/implicitGemm.js';
import {winograd} from '../../src/algorithms/winograd.js';
import {winograd4} from '../../src/algorithms/winograd4.js';
import {startCounting} from '../../src/engine/coverageCounter.js';
import {markImmutable} from '../../src/engine/immutableIdentity.js';
import {cacheCounters} from '../../src/engine/packedWeightsCache.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';
import {type Pass, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';

const variant = wasmVariants()[0]!;
const random = (length: number, seed: number) => Float32Array.from({length}, (_, i) => Math.sin(i * 7.1 + seed));
const strided = 'mb2ih9iw11ic5oc7kh3kw3sh2sw2-same';
const plain = 'mb2ih9iw11ic5oc7kh3kw3-same';
/** Its filter is packed in slices and compared in several chunks. */
const large = 'ih6iw6ic256oc256kh3kw3-same';
const [kept, again] = cacheCounters as unknown as [{hits: number}, {hits: number}];

beforeAll(() => void startCounting());

/** One pass with a filter, on an engine. */
function passOf(algorithm: Algorithm, problem: string, pass: 'forward' | 'backpropInput', filter: Float32Array) {
  const info = problemInfo(parseProblem(problem));
  const image = random(sizeOf(info, passTensors[pass].inputs[0]), 3);
  return (engine = wasmEngine(variant, {cachePackedWeights: false})) => {
    const out = new Float32Array(sizeOf(info, passTensors[pass].output)).fill(Number.NaN);
    algorithm[pass]?.(info, image, filter, out, engine);
    return out;
  };
}

function filterOf(problem: string): Float32Array {
  return random(sizeOf(problemInfo(parseProblem(problem)), 'filter'), 1);
}

const cases: [string, Algorithm, string, Exclude<Pass, 'backpropFilter'>][] = (
  ['forward', 'backpropInput'] as const
).flatMap((pass) => [
  [`implicitGemm ${pass}`, implicitGemm, strided, pass],
  [`winograd ${pass}`, winograd, plain, pass],
  [`winograd4 ${pass}`, winograd4, plain, pass],
  [`winograd ${pass} in slices`, winograd, large, pass],
  [`fft ${pass}`, fft, plain.replace('kh3kw3', 'kh5kw4'), pass],
]);

describe.each(cases)('%s', (_, algorithm, problem, pass) => {
  it('keeps an immutable filter from the second use on, without changing a bit', () => {
    const filter = filterOf(problem);
    markImmutable(filter, {});
    const run = passOf(algorithm, problem, pass, filter);
    const [want, engine] = [run(), wasmEngine(variant)];
    const hits = [kept.hits, again.hits];
    for (let i = 0; i < 5; i++) expect(run(engine)).toEqual(want);
    expect([kept.hits - hits[0]!, again.hits - hits[1]!]).toEqual([1, 3]);
    engine.release();
    expect(run(engine)).toEqual(want);
    expect(again.hits - hits[1]!).toBe(3);
  });

  it('sees every change of a filter that is not marked immutable', () => {
    const places = [0, 0.3, 0.7, 1];
    for (const place of places) {
      const filter = filterOf(problem);
      const run = passOf(algorithm, problem, pass, filter);
      const engine = wasmEngine(variant);
      for (let i = 0; i < 3; i++) run(engine);
      const before = run();
      filter[Math.round(place * (filter.length - 1))]! += 1;
      const want = run();
      expect(want).not.toEqual(before);
      for (let i = 0; i < 3; i++) expect(run(engine)).toEqual(want);
    }
  });
});

it('compares bits, so a zero that changes its sign misses the cache', () => {
  const filter = filterOf(plain).fill(0);
  const run = passOf(winograd, plain, 'forward', filter);
  const engine = wasmEngine(variant);
  for (let i = 0; i < 3; i++) run(engine);
  const hits = again.hits;
  filter[5] = -0;
  run(engine);
  expect(again.hits).toBe(hits);
});

it('keeps separate entries for different problems with the same filter', () => {
  const filter = random(3 * 3 * 6 * 6, 1);
  markImmutable(filter, {});
  const engine = wasmEngine(variant);
  const runs = [
    passOf(implicitGemm, 'ih7iw7ic6oc6kh3kw3', 'forward', filter),
    passOf(implicitGemm, 'ih7iw7ic6oc6kh3kw3', 'backpropInput', filter),
    passOf(implicitGemm, 'ih7iw7ic6oc6kh3kw3sh2sw3', 'backpropInput', filter),
    passOf(implicitGemm, 'ih7iw7ic6oc6kh3kw3dh2dw1', 'backpropInput', filter),
    passOf(implicitGemm, 'ih9iw9ic2oc18kh3kw3', 'forward', filter),
    passOf(implicitGemm, 'ih9iw9ic18oc2kh3kw3', 'backpropInput', filter),
    passOf(implicitGemm, 'ih9iw9ic4oc9kh1kw9-same', 'backpropInput', filter),
    passOf(winograd, 'ih7iw7ic6oc6kh3kw3', 'forward', filter),
    passOf(winograd, 'ih7iw7ic6oc6kh3kw3', 'backpropInput', filter),
    passOf(winograd, 'ih7iw7ic4oc9kh3kw3', 'forward', filter),
    passOf(winograd4, 'ih7iw7ic6oc6kh3kw3', 'forward', filter),
    passOf(winograd, 'ih7iw7ic36oc1kh3kw3', 'forward', filter),
    passOf(winograd, 'ih7iw7ic1oc36kh3kw3', 'backpropInput', filter),
    passOf(fft, 'ih9iw9ic4oc9kh1kw9-same', 'forward', filter),
    passOf(fft, 'ih9iw9ic4oc9kh9kw1-same', 'forward', filter),
    passOf(fft, 'ih9iw9ic9oc4kh1kw9-same', 'forward', filter),
  ];
  const wants = runs.map((run) => run());
  for (let i = 0; i < 4; i++) expect(runs.map((run) => run(engine))).toEqual(wants);
});

it('limits its bytes and evicts unused filters in favour of used ones', () => {
  const engine = wasmEngine(variant);
  const problem = 'ih2iw2ic256oc256kh3kw3-same'; // 4 MB in tiles, and its copy
  const use = (filter: Float32Array) => passOf(winograd, problem, 'forward', filter)(engine);
  const filters = Array.from({length: 14}, (_, i) => random(3 * 3 * 256 * 256, i));
  const hits = [kept.hits, again.hits];
  for (let i = 0; i < 3; i++) for (const filter of filters) use(filter);
  const [most, found] = [kept.hits - hits[0]!, again.hits - hits[1]!];
  expect(most).toBeLessThan(filters.length);
  expect(most).toBe(found);
  // Many uses of a small filter, until the large ones count as unused.
  const small = passOf(winograd, 'ih2iw2ic1oc1kh3kw3-same', 'forward', random(9, 1));
  for (let i = 0; i < 1_100; i++) small(engine);
  const late = filters[filters.length - 1]!;
  const before = again.hits;
  const want = passOf(winograd, problem, 'forward', late)();
  for (let i = 0; i < 4; i++) expect(use(late)).toEqual(want);
  expect(again.hits).toBeGreaterThan(before);
});
