import {arrayBytes, type Engine} from './engine.js';
import {evenOffsets} from './evenOffsets.js';
import {type FourierSide, planeCount} from './spectrum.js';
import {type TileMatrix, tileHeights, tileMatrices, tileMatrix} from './tileMatrices.js';
import {isShared, type Work, type WorkKind} from './work.js';

/** How long an engine takes for each kind of work. A probe of some milliseconds measures each kind when it is first asked for. */
export interface Rates {
  /** Nanoseconds for one unit. */
  of(kind: WorkKind): number;
  /**
   * Warms up the kernels that `predict` times but has not measured yet. It runs each for some milliseconds, until the JIT has
   * tiered up.
   */
  prepare(work: Work): void;
  /** Milliseconds for all of the work, on as many threads as share work of this size. */
  predict(work: Work): number;
}

const known = new WeakMap<Engine, Rates>();

/** The rates of an engine. They stay the same for the engine's lifetime. */
export function ratesOf(engine: Engine): Rates {
  const rates = known.get(engine) ?? makeRates(engine);
  known.set(engine, rates);
  return rates;
}

function makeRates(engine: Engine): Rates {
  const measured = new Map<WorkKind, number>();
  const prepared = new Set<WorkKind>();
  const rates: Rates = {
    prepare(work) {
      for (const kind of Object.keys(work) as WorkKind[]) {
        if (!isCompiled(kind) || measured.has(kind) || prepared.has(kind)) continue;
        prepared.add(kind);
        warmUp(engine, kind, rates);
      }
    },
    of(kind) {
      const time = measured.get(kind) ?? measure(engine, kind, rates);
      measured.set(kind, time);
      return time;
    },
    predict({pieces = 1, ...work}) {
      const kinds = Object.keys(work) as WorkKind[];
      const times = kinds.map((kind) => rates.of(kind) * (work[kind] ?? 0));
      const operations = kinds.reduce((sum, kind) => sum + (isGemm(kind) ? (work[kind] ?? 0) : 0), 0);
      const threads = engine.threadsFor(operations / pieces);
      return times.reduce((sum, time, i) => sum + time / (isShared(kinds[i]) ? threads : 1), 0) / 1e6;
    },
  };
  return rates;
}

function isGemm(kind: WorkKind): boolean {
  return /^(igemm|igemmTransposed)\d$/.test(kind);
}

/** Whether the kind has a kernel of its own, which the JIT has to compile. */
function isCompiled(kind: WorkKind | 'pieces'): boolean {
  return !['pieces', 'tiles', 'calls', 'copied', 'scalar'].includes(kind);
}

/** A piece of work that is run repeatedly. */
interface Microbenchmark {
  run(): void;
  /** How many units of its kind it contains. */
  units: number;
  /** The time of everything else in it, in nanoseconds. */
  overhead?: number;
}

/** How long a kind is measured. Its fastest slice counts. */
const probeMilliseconds = 12;
const warmUpMilliseconds = 5;
/** At least so many slices are timed, so that an interrupted one does not count. */
const fewestSlices = 12;
/**
 * Limits the repetitions where the clock stands still, as in some tests. All kinds then take no time, and the order of preference
 * decides.
 */
const maxRepetitions = 1 << 13;
/** A slice lasts 10 ticks of the clock, but at least 0.1 ms and at most 2 ms. In pages, the clock has ticks of 0.1 ms or more. */
const [shortestSlice, longestSlice, ticks] = [0.1, 2, 10];
let slice: number | undefined;

function sliceMilliseconds(): number {
  if (slice === undefined) {
    const begin = performance.now();
    let tick = 0;
    for (let looks = 0; tick === 0 && looks < 1e6; looks++) tick = performance.now() - begin;
    slice = Math.min(longestSlice, Math.max(shortestSlice, ticks * tick));
  }
  return slice;
}

function warmUp(engine: Engine, kind: WorkKind, rates: Rates): void {
  withMicrobenchmark(engine, kind, rates, ({run}) => {
    const end = performance.now() + warmUpMilliseconds;
    for (let times = 0; times < maxRepetitions && performance.now() < end; times++) run();
  });
}

function measure(engine: Engine, kind: WorkKind, rates: Rates): number {
  let fastest = Number.POSITIVE_INFINITY;
  withMicrobenchmark(engine, kind, rates, ({run, units, overhead: beside = 0}) => {
    let times = 1;
    const end = performance.now() + probeMilliseconds;
    for (let slices = 0; slices < fewestSlices || performance.now() < end; slices++) {
      const begin = performance.now();
      for (let i = 0; i < times; i++) run();
      const spent = performance.now() - begin;
      if (spent >= sliceMilliseconds()) {
        fastest = Math.min(fastest, Math.max(0, (spent * 1e6) / times - beside) / units);
        continue;
      }
      if (times >= maxRepetitions) {
        fastest = 0;
        break;
      }
      times *= 2;
      slices = 0;
    }
  });
  return fastest;
}

/** Rows and terms of the products that are measured. Most tiles divide the rows, and the operands stay in a level-1 cache. */
const [rows, depth] = [48, 144];
/** Rows and terms with which starting and storing a tile takes most of the time. */
const [manyRows, fewTerms] = [960, 4];
/** Floats of the copies that are measured: more than a level-1 cache holds and less than a level-2 cache holds. */
const copyFloats = 1 << 16;
const [tileCount, tileLanes] = [16, 64];

/** Calls `use` with a microbenchmark of that kind of work. */
function withMicrobenchmark(engine: Engine, kind: WorkKind, rates: Rates, use: (piece: Microbenchmark) => void): void {
  const gemm = /^(igemm|igemmTransposed)(\d)$/.exec(kind);
  const fourier = /^(fourier|inverse)(\d+)$/.exec(kind);
  if (gemm) probeGemm(engine, gemm[1] as 'igemm' | 'igemmTransposed', Number(gemm[2]), rows, depth, use);
  else if (kind === 'tiles') {
    const beside = rates.of('igemm8') * 16 * manyRows * fewTerms;
    probeGemm(engine, 'igemm', 8, manyRows, fewTerms, ({run}) => use({run, units: manyRows / 6, overhead: beside}));
  } else if (kind === 'calls') {
    const beside = rates.of('igemm8') * 16 * 6 * fewTerms + rates.of('tiles');
    probeGemm(engine, 'igemm', 8, 6, fewTerms, ({run}) => use({run, units: 1, overhead: beside}));
  } else if (kind === 'dwconv') probeDwconv(engine, use);
  else if (kind === 'copied') probeCopies(engine, use);
  else if (kind === 'packed') probePacking(engine, use);
  else if (kind === 'scalar') probeLoops(use);
  else if (fourier) probeFourier(engine, fourier[1] === 'inverse', Number(fourier[2]) as FourierSide, use);
  else probeTiles(engine, kind, use);
}

function probeGemm(
  engine: Engine,
  kind: 'igemm' | 'igemmTransposed',
  columns: number,
  rows: number,
  terms: number,
  use: (piece: Microbenchmark) => void,
): void {
  const bytes =
    4 * (2 * rows * terms + rows * columns + 2 * (rows + terms)) + engine.memory.packedBytes(terms, columns);
  engine.memory.withArena(bytes + 8 * arrayBytes, (arena) => {
    const ones = {data: new Float32Array(terms * columns).fill(1), offset: 0, rowStride: columns, columnStride: 1};
    const b = engine.memory.pack(engine.memory.reservePacked(arena, terms, columns), [{...ones, rows: terms}]);
    const source = arena.floats(rows * terms).fill(1);
    const out = arena.floats(rows * columns);
    const units = 2 * rows * terms * columns;
    if (kind === 'igemm') {
      const pixelOffsets = evenOffsets(arena, rows, 4 * terms);
      const segments = arena.integers(2);
      segments.set([0, terms]);
      use({run: () => engine.gemm.igemm({source, pixelOffsets, segments, b, out}), units});
    } else {
      const [rowOffsets, pixelOffsets] = [evenOffsets(arena, rows, 4), evenOffsets(arena, terms, 4 * rows)];
      use({
        run: () => engine.gemm.igemmTransposed({source, rowOffsets, pixelOffsets, b, out, accumulate: false}),
        units,
      });
    }
  });
}

/** A 3×3 depthwise convolution of one row of pixels. */
function probeDwconv(engine: Engine, use: (piece: Microbenchmark) => void): void {
  const [pixels, taps] = [32, 9];
  const floats = (2 * pixels + taps) * tileLanes;
  engine.memory.withArena(4 * (floats + 2 * pixels + 2 * taps) + 8 * arrayBytes, (arena) => {
    const source = arena.floats((pixels + taps) * tileLanes).fill(1);
    const [filter, out] = [arena.floats(taps * tileLanes).fill(1), arena.floats(pixels * tileLanes)];
    const [offsets, terms] = [
      evenOffsets(arena, 2 * pixels, 2 * tileLanes),
      evenOffsets(arena, 2 * taps, 2 * tileLanes),
    ];
    // Both offsets of a pair are the same.
    for (const pairs of [offsets, terms]) for (let i = 0; i < pairs.length; i += 2) pairs[i + 1] = pairs[i];
    const work = {source, rows: offsets, terms, filter, out, lanes: tileLanes, accumulate: false};
    use({run: () => engine.depthwise.dwconv(work), units: 2 * pixels * taps * tileLanes});
  });
}

/** Copies from an array into the arena, and from there into another array. */
function probeCopies(engine: Engine, use: (piece: Microbenchmark) => void): void {
  const [from, to] = [new Float32Array(copyFloats).fill(1), new Float32Array(copyFloats)];
  engine.memory.withArena(4 * copyFloats + arrayBytes, (arena) => {
    const middle = arena.floats(copyFloats);
    const run = () => {
      middle.set(from);
      to.set(middle);
    };
    use({run, units: 8 * copyFloats});
  });
}

function probePacking(engine: Engine, use: (piece: Microbenchmark) => void): void {
  const [k, n] = [256, 64];
  const data = new Float32Array(k * n).fill(1);
  engine.memory.withArena(engine.memory.packedBytes(k, n) + arrayBytes, (arena) => {
    const room = engine.memory.reservePacked(arena, k, n);
    const run = () => void engine.memory.pack(room, [{data, offset: 0, rowStride: n, columnStride: 1, rows: k}]);
    use({run, units: 4 * k * n});
  });
}

function probeLoops(use: (piece: Microbenchmark) => void): void {
  const [a, b] = [new Float32Array(1024).fill(1), new Float32Array(1024).fill(1)];
  const run = () => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    a[0] = sum > 0 ? 1 : 2; // without a use, compilers could drop the loop
  };
  use({run, units: 2 * a.length});
}

function probeTiles(engine: Engine, kind: WorkKind, use: (piece: Microbenchmark) => void): void {
  const matrix = tileMatrices.find((name) => name === kind) as TileMatrix;
  const [to, from] = [tileMatrix(matrix).length, tileMatrix(matrix)[0].length];
  const heights = tileHeights(matrix);
  const [source, out] = [heights.from * from * tileLanes, heights.to * to * tileLanes];
  engine.memory.withArena(4 * tileCount * (source + out + 2) + 4 * arrayBytes, (arena) => {
    const work = {
      ...{
        matrix,
        source: arena.floats(tileCount * source).fill(1),
        tileOffsets: evenOffsets(arena, tileCount, 4 * source),
      },
      ...{rowStep: 4 * from * tileLanes, columnStep: 4 * tileLanes, lanes: tileLanes},
      ...{out: arena.floats(tileCount * out), outOffsets: evenOffsets(arena, tileCount, 4 * out)},
      ...{outRowStep: 4 * to * tileLanes, outColumnStep: 4 * tileLanes},
    };
    use({run: () => engine.tiles.transformTiles(work), units: tileCount * tileLanes});
  });
}

function probeFourier(engine: Engine, back: boolean, side: FourierSide, use: (piece: Microbenchmark) => void): void {
  const [tiles, lanes, count] = [4, 32, planeCount(side)];
  const [tile, spectrum] = [side * side * lanes, count * (lanes + 16)];
  engine.memory.withArena(4 * tiles * (tile + spectrum + 2) + 6 * arrayBytes, (arena) => {
    const offsets = evenOffsets(arena, tiles, 4 * tile);
    const pixels = arena.floats(tiles * tile).fill(1);
    const spectra = {
      ...{data: arena.floats(tiles * spectrum).fill(1), step: 4 * (lanes + 16)},
      ...{rowOffsets: evenOffsets(arena, tiles, 4 * spectrum), rowStep: 4 * spectrum},
    };
    const whole = {side, rows: side, columns: side, lanes};
    const [rowStep, columnStep] = [4 * side * lanes, 4 * lanes];
    const from = {...whole, source: pixels, tileOffsets: offsets, rowStep, columnStep, flipped: false};
    const to = {...whole, out: pixels, outOffsets: offsets, outRowStep: rowStep, outColumnStep: columnStep};
    const run = back ? () => engine.tiles.fourierInverse(spectra, to) : () => engine.tiles.fourier(from, spectra);
    use({run, units: tiles * lanes});
  });
}
