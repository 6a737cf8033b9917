import type {Matrix} from '../../src/engine/engine.js';
import {jsEngine} from '../../src/engine/jsEngine.js';

const value = (i: number) => ((i * 7) % 11) - 5;
const filled = (size: number) => Float32Array.from({length: size}, (_, i) => value(i));

function product(m: number, n: number, k: number, a: Matrix, b: Matrix): number[] {
  const result: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum +=
          a.data[a.offset + i * a.rowStride + p * a.columnStride] *
          b.data[b.offset + p * b.rowStride + j * b.columnStride];
      }
      result.push(sum);
    }
  }
  return result;
}

describe('gemm of the plain JavaScript engine', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9];
  it.each([false, true])('is right for every tail, accumulate %p', (accumulate) => {
    for (const m of sizes) {
      for (const n of sizes) {
        for (const k of [0, 1, 3, 10]) {
          const a = {data: filled(m * k + 2), offset: 2, rowStride: k, columnStride: 1};
          const b = {data: filled(k * n), offset: 0, rowStride: n, columnStride: 1};
          const c = new Float32Array(m * n).fill(accumulate ? 3 : Number.NaN);
          jsEngine.gemm(m, n, k, a, b, {data: c, offset: 0, rowStride: n, columnStride: 1}, accumulate);
          expect([...c]).toEqual(product(m, n, k, a, b).map((sum) => sum + (accumulate ? 3 : 0)));
        }
      }
    }
  });

  it('reads transposed operands and writes nothing outside c', () => {
    const a = {data: filled(5 * 6), offset: 0, rowStride: 1, columnStride: 5};
    const b = {data: filled(6 * 3), offset: 0, rowStride: 1, columnStride: 6};
    const c = new Float32Array(5 * 4).fill(99);
    jsEngine.gemm(5, 3, 6, a, b, {data: c, offset: 0, rowStride: 4, columnStride: 1}, false);
    const want = product(5, 3, 6, a, b);
    expect([...c]).toEqual(
      Array.from({length: 20}, (_, i) => (i % 4 === 3 ? 99 : want[Math.floor(i / 4) * 3 + (i % 4)])),
    );
  });

  it('works in blocks of rows when k is long', () => {
    const [m, n, k] = [9, 3, 20_000];
    const a = {data: filled(m * k), offset: 0, rowStride: k, columnStride: 1};
    const b = {data: filled(k * n), offset: 0, rowStride: n, columnStride: 1};
    const c = new Float32Array(m * n);
    jsEngine.gemm(m, n, k, a, b, {data: c, offset: 0, rowStride: n, columnStride: 1}, false);
    expect([...c]).toEqual(product(m, n, k, a, b));
  });

  it('accumulates in double and rounds once', () => {
    const a = {data: Float32Array.of(2 ** 24, 1, 1), offset: 0, rowStride: 3, columnStride: 1};
    const b = {data: Float32Array.of(1, 1, 1), offset: 0, rowStride: 1, columnStride: 1};
    const c = new Float32Array(1);
    jsEngine.gemm(1, 1, 3, a, b, {data: c, offset: 0, rowStride: 1, columnStride: 1}, false);
    expect(c[0]).toBe(2 ** 24 + 2); // in float32 each 1 would be lost
  });
});
