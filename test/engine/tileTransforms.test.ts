import {arrayBytes, type Engine} from '../../src/engine/engine.js';
import {absoluteEngine, jsEngine} from '../../src/engine/jsEngine.js';
import {type TileMatrix, tileHeights, tileMatrices, tileMatrix} from '../../src/engine/tileMatrices.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';

const engines: [string, Engine][] = [
  ['js', jsEngine],
  ...wasmVariants().map((variant): [string, Engine] => [variant, wasmEngine(variant)]),
];
const value = (i: number) => ((i * 7) % 11) - 5;
const lanes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 17];
const count = 5;

/** Element (p, q) of tile t, whose elements are value(first + lane), value(first + pitch + lane), … in rows. */
function wanted(
  name: TileMatrix,
  pitch: number,
  t: number,
  lane: number,
  p: number,
  q: number,
  matrix = tileMatrix(name),
) {
  const [height, side] = [tileHeights(name).from, matrix[0]!.length];
  const left = height === 1 ? [[1]] : matrix;
  let sum = 0;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < side; j++)
      sum += left[p]![i]! * matrix[q]![j]! * value(((t * height + i) * side + j) * pitch + lane);
  }
  return sum;
}

/** Tiles one after another; each element has one number more than `lanes`, which is NaN. */
function filled(array: Float32Array, lanes: number): Float32Array {
  return array.map((_, i) => (i % (lanes + 1) === lanes ? Number.NaN : value(i)));
}

function transformed(engine: Engine, name: TileMatrix, lanes: number): number[] {
  const [a, b, pitch] = [tileMatrix(name).length, tileMatrix(name)[0]!.length, lanes + 1];
  const {from, to} = tileHeights(name);
  return engine.memory.withArena(4 * count * (to * a + from * b) * pitch + 8 * count + 4 * arrayBytes, (arena) => {
    const [source, out] = [arena.floats(count * from * b * pitch), arena.floats(count * to * a * pitch).fill(99)];
    source.set(filled(source, lanes));
    const [tiles, outs] = [arena.integers(count), arena.integers(count)];
    for (let t = 0; t < count; t++) {
      tiles[t] = 4 * t * from * b * pitch;
      outs[t] = 4 * (count - 1 - t) * to * a * pitch;
    }
    const steps = {rowStep: 4 * b * pitch, columnStep: 4 * pitch, outRowStep: 4 * a * pitch, outColumnStep: 4 * pitch};
    engine.tiles.transformTiles({matrix: name, source, tileOffsets: tiles, lanes, out, outOffsets: outs, ...steps});
    return [...out];
  });
}

/** The largest difference; NaN if any value is NaN. */
function furthest(got: number[], want: number[]): number {
  return Math.max(...got.map((value, i) => Math.abs(value - want[i]!)));
}

describe.each(engines)('tile transforms on %s', (_name, engine) => {
  it.each(tileMatrices)('apply %s in each lane, with nothing written beside it', (name) => {
    const [side, height] = [tileMatrix(name).length, tileHeights(name).to];
    for (const each of lanes) {
      const got = transformed(engine, name, each);
      const want = got.map((_, at) => {
        const [lane, rest] = [at % (each + 1), Math.floor(at / (each + 1))];
        const [t, p, q] = [
          count - 1 - Math.floor(rest / (side * height)),
          Math.floor(rest / side) % height,
          rest % side,
        ];
        return lane === each ? 99 : wanted(name, each + 1, t, lane, p, q);
      });
      expect(furthest(got, want)).toBeLessThan(1e-3);
    }
  });

  it.each(['filterTiles2', 'errorTiles4', 'filterLines2', 'errorLines2'] as const)(
    'pack the result of %s into one matrix for each element',
    (name) => {
      const matrix = tileMatrix(name);
      const [a, b] = [matrix.length, matrix[0]!.length];
      const {from, to} = tileHeights(name);
      for (const n of lanes) {
        const pitch = n + 1;
        const bytes =
          4 * (count * (from * b * pitch + 2) + 2 + to * a * n + 1) + engine.memory.packedBatchBytes(to * a, count, n);
        const products = engine.memory.withArena(bytes + 6 * arrayBytes, (arena) => {
          const source = arena.floats(count * from * b * pitch);
          source.set(filled(source, n));
          const [tiles, ones, rows, columns] = [
            arena.integers(count),
            arena.floats(count),
            arena.integers(1),
            arena.integers(2),
          ];
          for (let t = 0; t < count; t++) tiles[t] = 4 * t * from * b * pitch;
          const room = engine.memory.reservePackedBatch(arena, to * a, count, n);
          const steps = {rowStep: 4 * b * pitch, columnStep: 4 * pitch};
          const packed = engine.tiles.transformTilesPacked(
            {matrix: name, source, tileOffsets: tiles, lanes: n, ...steps},
            room,
          );
          const out = arena.floats(to * a * n);
          [rows[0], columns[0], columns[1]] = [0, 0, count];
          ones.set([1, 10, 100, 1000, 10_000]);
          const factors = {data: ones, step: 0, rowOffsets: rows, rowStep: 4 * count};
          engine.gemm.batchedGemm({
            source: factors,
            columns,
            b: packed,
            out: {data: out, step: 4 * n, rowOffsets: rows, rowStep: 4 * n},
          });
          return Array.from({length: to * a}, (_, i) => [...out.subarray(i * n, (i + 1) * n)]);
        });
        const want = products.map((product, element) =>
          product.map((_, lane) => {
            const place = [Math.floor(element / a), element % a] as const;
            let sum = 0;
            for (let t = 0; t < count; t++) sum += 10 ** t * wanted(name, pitch, t, lane, ...place);
            return sum / 10_000;
          }),
        );
        expect(
          furthest(
            products.flat().map((sum) => sum / 10_000),
            want.flat(),
          ),
        ).toBeLessThan(1e-3);
      }
    },
  );
});

test.each(tileMatrices)('the absolute engine applies the absolute values of %s', (name) => {
  const [plain, absolute] = [jsEngine, absoluteEngine].map((engine) => transformed(engine, name, 3));
  const matrix = tileMatrix(name).map((row) => row.map(Math.abs));
  const positive = wanted(name, 4, 0, 0, 0, 0, matrix);
  expect(absolute).not.toEqual(plain);
  expect(absolute[4 * (count - 1) * tileMatrix(name).length * tileHeights(name).to]).toBeCloseTo(positive, 3);
});
