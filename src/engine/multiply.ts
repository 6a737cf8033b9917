import {arrayBytes, type EngineMemory, type Gemm, type Matrix} from './engine.js';
import {evenOffsets} from './evenOffsets.js';

type Products = Omit<Gemm, 'multiply'>;

/** Completes an engine's products with `multiply`, which is made of the others. */
export function withMultiply(memory: EngineMemory, products: Products): Gemm {
  return {...products, multiply: (...args) => multiply(memory, products, ...args)};
}

function multiply(
  memory: EngineMemory,
  {igemm, igemmTransposed}: Products,
  m: number,
  n: number,
  k: number,
  a: Matrix,
  b: Matrix,
  c: Matrix,
  accumulate: boolean,
): void {
  const bytes = 4 * (m * k + m * n + m + k + 2) + memory.packedBytes(k, n) + 8 * arrayBytes;
  memory.withArena(bytes, (arena) => {
    const packed = memory.pack(memory.reservePacked(arena, k, n), [{...b, rows: k}]);
    const left = arena.floats(m * k);
    const out = arena.floats(m * n);
    // A column-major matrix stays column-major: igemmTransposed reads it as it is.
    const byColumns = a.rowStride === 1 && a.columnStride !== 1;
    copy(a, {data: left, offset: 0, rowStride: byColumns ? 1 : k, columnStride: byColumns ? m : 1}, m, k);
    if (byColumns) {
      const [rowOffsets, pixelOffsets] = [evenOffsets(arena, m, 4), evenOffsets(arena, k, 4 * m)];
      igemmTransposed({source: left, rowOffsets, pixelOffsets, b: packed, out, accumulate: false});
    } else {
      const pixelOffsets = evenOffsets(arena, m, 4 * k);
      const segments = arena.integers(2);
      segments.set([0, k]);
      igemm({source: left, pixelOffsets, segments, b: packed, out});
    }
    for (let i = 0, from = 0; i < m; i++) {
      for (let j = 0, at = c.offset + i * c.rowStride; j < n; j++, at += c.columnStride, from++) {
        c.data[at] = accumulate ? c.data[at] + out[from] : out[from];
      }
    }
  });
}

function copy(from: Matrix, to: Matrix, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    let [source, target] = [from.offset + i * from.rowStride, to.offset + i * to.rowStride];
    for (let j = 0; j < columns; j++, source += from.columnStride, target += to.columnStride) {
      to.data[target] = from.data[source];
    }
  }
}
