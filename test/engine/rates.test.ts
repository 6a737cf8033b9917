import {startCounting} from '../../src/engine/coverageCounter.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {ratesOf} from '../../src/engine/rates.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';
import {
  gemmWork,
  isShared,
  packedPaddedLanes,
  paddedLanes,
  sumWork,
  tileTransformWork,
  type WorkKind,
  workKinds,
} from '../../src/engine/work.js';

const engines = [
  jsEngine,
  ...wasmVariants().map((variant) => wasmEngine(variant, {threads: 2, parallelThreshold: 1000})),
];

test.each(engines)('every kind of work has a rate, measured once ($name)', (engine) => {
  const rates = ratesOf(engine);
  const measured = workKinds.map((kind) => rates.of(kind));
  // The cost of starting a tile or calling a kernel may be lost in the products measured with it.
  const bounds = workKinds.map((kind) => (kind === 'tiles' || kind === 'calls' ? 0 : 1e-4));
  measured.forEach((time, i) => {
    expect(time).toBeGreaterThanOrEqual(bounds[i]);
    expect(time).toBeLessThan(1e7);
  });
  expect(workKinds.map((kind) => ratesOf(engine).of(kind))).toEqual(measured);
});

test.each(engines)('a prediction sums the times of its parts, shared ones divided by the threads ($name)', (engine) => {
  const rates = ratesOf(engine);
  for (const work of [
    {igemm8: 1e6, copied: 1000},
    {igemm8: 100, dwconv: 1e5},
    {scalar: 10, inputTiles2: 500},
  ]) {
    const threads = engine.threadsFor(work.igemm8 ?? 0);
    expect(threads).toBe(engine !== jsEngine && work.igemm8 === 1e6 ? 2 : 1);
    const wanted = Object.entries(work).reduce(
      (sum, [kind, amount]) =>
        sum + (rates.of(kind as WorkKind) * amount) / (isShared(kind as WorkKind) ? threads : 1) / 1e6,
      0,
    );
    expect(rates.predict(work)).toBeCloseTo(wanted, 9);
  }
});

test('work in pieces too small to share counts on one thread', () => {
  const engine = engines[engines.length - 1];
  const rates = ratesOf(engine);
  const [whole, single] = [engine.threadsFor(1e6), engine.threadsFor(1e6 / 2000)];
  const time = rates.of('igemm8');
  expect(rates.predict({igemm8: 1e6})).toBeCloseTo(time / whole, 9);
  expect(rates.predict({igemm8: 1e6, pieces: 2000})).toBeCloseTo(time / single, 9);
  expect([whole, single]).toEqual(engine === jsEngine ? [1, 1] : [2, 1]);
});

test('measuring ends although the clock stands still', () => {
  jest.spyOn(performance, 'now').mockReturnValue(5);
  try {
    const engine = wasmVariants().length > 0 ? wasmEngine(wasmVariants()[0]) : {...jsEngine};
    expect(ratesOf(engine).predict({igemm8: 1e9, copied: 1e6})).toBe(0);
  } finally {
    jest.restoreAllMocks();
  }
});

test('a product counts as whole tiles', () => {
  const product = {kind: 'igemm', rows: 12, depth: 10, columns: 16} as const;
  expect(gemmWork(product, 3, 2)).toEqual({
    ...{igemm8: 3 * 2 * 12 * 10 * 16, tiles: 3 * 2 * 2, calls: 3 * 2, pieces: 2},
  });
  // 13 rows are three tiles of six; 15 columns are 8 and, filled up, 8 more; 12 are 8 and 4; 10 are 8 and 2 narrow ones.
  expect(gemmWork({...product, rows: 13, columns: 15}, 1, 1)).toMatchObject({igemm8: 2 * 18 * 10 * 16, tiles: 6});
  expect(gemmWork({...product, columns: 12}, 1, 1)).toMatchObject({igemm8: 2 * 12 * 10 * 8, igemm4: 2 * 12 * 10 * 4});
  expect(gemmWork({...product, columns: 10}, 1, 1)).toMatchObject({igemm8: 2 * 12 * 10 * 8, igemm2: 2 * 12 * 10 * 2});
  // Outer products store their tiles again for each block.
  expect(gemmWork({...product, kind: 'igemmTransposed'}, 1, 5)).toEqual({
    ...{igemmTransposed8: 2 * 12 * 10 * 16, tiles: 20, calls: 5, pieces: 5},
  });
});

test('lanes round up to whole vectors, packed lanes to panels', () => {
  expect([1, 3, 4, 5, 8, 9].map(paddedLanes)).toEqual([4, 4, 4, 8, 8, 12]);
  // 3 are three narrow columns, 5 are filled up to 8, 12 are 8 and 4, 10 are 8 and two narrow ones.
  expect([3, 4, 5, 12, 10].map(packedPaddedLanes)).toEqual([12, 4, 8, 12, 16]);
});

test('sumWork() adds amounts by kind and takes the most pieces', () => {
  expect(
    sumWork(
      {copied: 1, dwconv: 2, pieces: 3},
      {copied: 3, pieces: 2},
      tileTransformWork('inputTiles2', 5, paddedLanes(6)),
    ),
  ).toEqual({
    pieces: 3,
    copied: 4,
    dwconv: 2,
    inputTiles2: 40,
  });
});

test('prepare() runs kernels once, and rates are measured only on request', () => {
  const engine = wasmEngine(wasmVariants()[0]!);
  const rates = ratesOf(engine);
  const stopCounting = startCounting();
  const hits = () => engine.counters.reduce((sum, part) => sum + part.hits, 0);
  const work = {igemm8: 1, inputTiles2: 1, copied: 1, tiles: 1, pieces: 2};
  const start = hits();
  rates.prepare(work);
  const prepared = hits();
  expect(prepared).toBeGreaterThan(start);
  rates.prepare(work);
  expect(hits()).toBe(prepared);
  expect(rates.of('igemm8')).toBeGreaterThan(0);
  const measured = hits();
  expect(measured).toBeGreaterThan(prepared);
  rates.of('igemm8');
  rates.prepare(work);
  expect(hits()).toBe(measured);
  stopCounting();
});
