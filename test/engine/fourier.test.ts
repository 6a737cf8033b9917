import {arrayBytes, type Engine, type MatrixBatch} from '../../src/engine/engine.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {type FourierSide, fourierSides, planeCount, spectrumOf} from '../../src/engine/spectrum.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';

const engines: [string, Engine][] = [
  ['js', jsEngine],
  ...wasmVariants().map((variant): [string, Engine] => [variant, wasmEngine(variant)]),
];
const lanes = [1, 2, 3, 4, 5, 8, 15];
const count = 3;
const value = (i: number) => ((i * 7919) % 2003) / 1001 - 1;

/** How much of a tile holds pixels, and whether it is flipped. */
interface Own {
  rows: number;
  columns: number;
  flipped: boolean;
}

/** The spectrum by the definition, along columns and then along rows. */
function spectrum(side: FourierSide, pixel: (i: number, j: number) => number): number[] {
  const angles = Array.from({length: side}, (_, k) => (-2 * Math.PI * k) / side);
  const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)];
  const all = angles.map((_, k) => k);
  const columns = all.map((u) =>
    all.map((j) => {
      const line = all.map((i) => pixel(i, j));
      const sum = (roots: number[]) => line.reduce((total, each, i) => total + each * roots[(u * i) % side]!, 0);
      return {re: sum(cos), im: sum(sin)};
    }),
  );
  return spectrumOf(side).map(({u, v, component: part}) => {
    let [sumRe, sumIm] = [0, 0];
    columns[u]!.forEach(({re, im}, j) => {
      const [c, s] = [cos[(v * j) % side]!, sin[(v * j) % side]!];
      sumRe += re * c - im * s;
      sumIm += re * s + im * c;
    });
    return part === 're' ? sumRe : part === 'im' ? sumIm : sumRe + sumIm;
  });
}

/** Tiles side by side; each pixel has one number more than `lanes`, which is NaN. */
function source(side: FourierSide, lanes: number) {
  const [pitch, width] = [lanes + 1, count * side];
  const at = (tile: number, i: number, j: number) => (i * width + tile * side + j) * pitch;
  const data = Float32Array.from({length: side * width * pitch}, (_, i) =>
    i % pitch === lanes ? Number.NaN : Math.fround(value(i)),
  );
  const steps = {rowStep: 4 * width * pitch, columnStep: 4 * pitch};
  return {data, at, steps, places: Array.from({length: count}, (_, tile) => 4 * at(tile, 0, 0))};
}

/** The pixel at (i, j) of a tile, 0 outside its rows and columns. */
function pixelOf({rows, columns, flipped}: Own, data: Float32Array, at: (i: number, j: number) => number) {
  return (i: number, j: number) => {
    if (i >= rows || j >= columns) return 0;
    return flipped ? data[at(rows - 1 - i, columns - 1 - j)]! : data[at(i, j)]!;
  };
}

/** The largest difference; NaN if any value is NaN. */
function furthest(got: readonly number[], want: readonly number[]): number {
  return Math.max(...got.map((each, i) => Math.abs(each - want[i]!)));
}

const owns = (side: FourierSide): Own[] => [
  {rows: side, columns: side, flipped: false},
  {rows: side, columns: side, flipped: true},
  {rows: 3, columns: 5, flipped: true},
  {rows: side, columns: 1, flipped: false},
  {rows: 1, columns: side, flipped: true},
  {rows: 1, columns: 1, flipped: false},
];

test.each(fourierSides)(
  'the spectrum of %p×%p has planeCount() distinct planes that determine every frequency',
  (side) => {
    const planes = spectrumOf(side);
    expect(planes).toHaveLength(planeCount(side));
    const key = (u: number, v: number) => `${(u + side) % side},${(v + side) % side}`;
    const seen = new Set(planes.flatMap(({u, v}) => [key(u, v), key(-u, -v)]));
    expect(seen.size).toBe(side * side);
    const parts = planes.map(({u, v, component: part}) => `${key(u, v)} ${part}`);
    expect(new Set(parts).size).toBe(parts.length);
  },
);

describe.each(engines)('spectra on %s', (_name, engine) => {
  describe.each(fourierSides)('of %p×%p', (side) => {
    const planes = planeCount(side);

    it('equal the definition in each lane, with nothing written beside them', () => {
      for (const own of owns(side)) {
        for (const n of lanes) {
          const {data, at, steps, places} = source(side, n);
          const pitch = n + 1;
          const bytes = 4 * (data.length + 2 * count + planes * count * pitch) + 4 * arrayBytes;
          const got = engine.memory.withArena(bytes, (arena) => {
            const [pixels, tiles, rows] = [arena.floats(data.length), arena.integers(count), arena.integers(count)];
            pixels.set(data);
            tiles.set(places);
            rows.set(places.map((_, tile) => 4 * tile * planes * pitch));
            const to = {data: arena.floats(planes * count * pitch).fill(99), step: 4 * pitch, rowOffsets: rows};
            engine.tiles.fourier(
              {side, source: pixels, tileOffsets: tiles, lanes: n, ...own, ...steps},
              {...to, rowStep: 4 * planes * pitch},
            );
            return [...to.data];
          });
          const want = new Array<number>(got.length).fill(99);
          for (let tile = 0; tile < count; tile++) {
            for (let lane = 0; lane < n; lane++) {
              const pixel = pixelOf(own, data, (i, j) => at(tile, i, j) + lane);
              spectrum(side, pixel).forEach((number, plane) => {
                want[(tile * planes + plane) * pitch + lane] = number;
              });
            }
          }
          expect(furthest(got, want)).toBeLessThan(1e-4);
        }
      }
    });

    it('pack into one matrix per plane, which batchedGemm multiplies', () => {
      const own = {rows: 4, columns: 2, flipped: true};
      for (const n of lanes) {
        const {data, at, steps, places} = source(side, n);
        const bytes = 4 * (data.length + 2 * count + 3 + planes * n) + engine.memory.packedBatchBytes(planes, count, n);
        const got = engine.memory.withArena(bytes + 7 * arrayBytes, (arena) => {
          const [pixels, tiles] = [arena.floats(data.length), arena.integers(count)];
          pixels.set(data);
          tiles.set(places);
          const work = {side, source: pixels, tileOffsets: tiles, lanes: n, ...own, ...steps};
          const b = engine.tiles.fourierPacked(work, engine.memory.reservePackedBatch(arena, planes, count, n));
          const [factors, rows, columns] = [arena.floats(count), arena.integers(1), arena.integers(2)];
          factors.set([1, 10, -3]);
          rows.set([0]);
          columns.set([0, count]);
          const out = {data: arena.floats(planes * n), step: 4 * n, rowOffsets: rows, rowStep: 4 * n};
          engine.gemm.batchedGemm({source: {data: factors, step: 0, rowOffsets: rows, rowStep: 0}, columns, b, out});
          return [...out.data];
        });
        const want = new Array<number>(planes * n).fill(0);
        for (const [tile, factor] of [1, 10, -3].entries()) {
          for (let lane = 0; lane < n; lane++) {
            spectrum(
              side,
              pixelOf(own, data, (i, j) => at(tile, i, j) + lane),
            ).forEach((number, plane) => {
              want[plane * n + lane]! += factor * number;
            });
          }
        }
        expect(furthest(got, want)).toBeLessThan(1e-4);
      }
    });

    it('multiplied by a shift, transform back to shifted tiles, cropped to the last rows and columns', () => {
      const [down, right] = [2, side - 3];
      const shift = spectrum(side, (i, j) => (i === down && j === right ? 1 : 0));
      for (const [rows, columns] of [
        [side, side],
        [side - 2, 3],
        [1, side],
        [5, 1],
      ] as const) {
        for (const n of lanes) {
          const {data, at, steps, places} = source(side, n);
          const pitch = n + 1;
          const size = rows * columns * pitch;
          const bytes = 4 * (data.length + 3 * count + planes * count * n + size * count) + 6 * arrayBytes;
          const got = engine.memory.withArena(bytes, (arena) => {
            const [pixels, tiles] = [arena.floats(data.length), arena.integers(count)];
            pixels.set(data);
            tiles.set(places);
            const [spectra, outOffsets] = [arena.integers(count), arena.integers(count)];
            spectra.set(places.map((_, tile) => 4 * tile * planes * n));
            outOffsets.set(places.map((_, tile) => 4 * (count - 1 - tile) * size));
            const products: MatrixBatch = {
              ...{data: arena.floats(planes * count * n), step: 4 * n},
              ...{rowOffsets: spectra, rowStep: 4 * planes * n},
            };
            const all = {
              side,
              source: pixels,
              tileOffsets: tiles,
              rows: side,
              columns: side,
              flipped: false,
              lanes: n,
              ...steps,
            };
            engine.tiles.fourier(all, products);
            products.data.forEach((_, i) => {
              products.data[i]! *= shift[Math.floor(i / n) % planes]!;
            });
            const out = arena.floats(size * count).fill(99);
            const to = {out, outOffsets, outRowStep: 4 * columns * pitch, outColumnStep: 4 * pitch};
            engine.tiles.fourierInverse(products, {side, rows, columns, lanes: n, ...to});
            return [...out];
          });
          const want = got.map((_, index) => {
            const [lane, pixel] = [index % pitch, Math.floor(index / pitch)];
            if (lane === n) return 99;
            const tile = count - 1 - Math.floor(pixel / (rows * columns));
            const i = (Math.floor((pixel % (rows * columns)) / columns) + side - rows - down + side) % side;
            const j = ((pixel % columns) + side - columns - right + side) % side;
            return data[at(tile, i, j) + lane]!;
          });
          expect(furthest(got, want)).toBeLessThan(1e-5);
        }
      }
    });
  });
});
