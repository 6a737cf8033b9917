import {depthwise} from '../../src/algorithms/depthwise.js';
import {fft} from '../../src/algorithms/fft.js';
import {implicitGemm} from '../../src/algorithms/implicitGemm.js';
import {winograd} from '../../src/algorithms/winograd.js';
import {winograd4} from '../../src/algorithms/winograd4.js';
import {arithmeticOf} from '../../src/backends/index.js';
import {startCounting} from '../../src/engine/coverageCounter.js';
import {arrayBytes, type Engine, type Matrix} from '../../src/engine/engine.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';
import {type Activation, activationNames, fusedForm} from '../../src/geometry/activations.js';
import {ConvgradError} from '../../src/geometry/error.js';
import {flopsOf, passes, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {problemInfo} from '../../src/geometry/problem.js';
import {edgeCases} from '../../src/verify/cases/edgeCases.js';
import {makeTestVector} from '../../src/verify/data/testVector.js';
import {boundAt} from '../../src/verify/reference/bound.js';

const value = (i: number) => ((i * 7) % 11) - 5;
const filled = (size: number) => Float32Array.from({length: size}, (_, i) => value(i));
const rows = (data: Float32Array, length: number, offset = 0): Matrix => ({
  ...{data, offset, rowStride: length, columnStride: 1},
});
const columns = (data: Float32Array, length: number): Matrix => ({data, offset: 0, rowStride: 1, columnStride: length});

function product(m: number, n: number, k: number, a: Matrix, b: Matrix): number[] {
  const at = ({data, offset, rowStride, columnStride}: Matrix, i: number, j: number) =>
    data[offset + i * rowStride + j * columnStride]!;
  return Array.from({length: m * n}, (_, at_) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += at(a, Math.floor(at_ / n), p) * at(b, p, at_ % n);
    return sum;
  });
}

/** Fused multiply-add rounds otherwise, but not whole numbers: one variant is tested where both run, and both where they can be had. */
const engines: [string, Engine][] = [jsEngine, ...wasmVariants().map((variant) => wasmEngine(variant))].map(
  (engine) => [engine.name, engine],
);

beforeAll(() => void startCounting());

/** Edge cases with data and right answers. */
const testVectors = edgeCases()
  .filter(({problem}) => problem.batch > 0)
  .map(({problem}) => ({
    ...makeTestVector(problem, 'integers', 1, winograd.integerHeadroom),
    info: problemInfo(problem),
  }));

test('the simd engine is available in this process', () => {
  expect(engines.map(([name]) => name)).toEqual(expect.arrayContaining(['js', 'simd']));
});

describe.each(engines)('gemm on %s', (_name, engine) => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13];
  it.each([false, true])('is exact for every remainder of the tile size, accumulate %p', (accumulate) => {
    for (const m of sizes) {
      for (const n of sizes) {
        for (const k of [0, 1, 3, 10]) {
          const a = rows(filled(m * k + 2), k, 2);
          const b = rows(filled(k * n), n);
          const c = new Float32Array(m * n).fill(accumulate ? 3 : Number.NaN);
          engine.gemm.multiply(m, n, k, a, b, rows(c, n), accumulate);
          expect([...c]).toEqual(product(m, n, k, a, b).map((sum) => sum + (accumulate ? 3 : 0)));
        }
      }
    }
  });

  it('reads transposed operands and writes nothing outside c', () => {
    for (const [m, n, k] of [
      [5, 3, 6],
      [9, 8, 7],
      [4, 13, 8],
    ] as const) {
      const a = columns(filled(m * k), m);
      const b = columns(filled(k * n), k);
      const c = new Float32Array(m * (n + 1)).fill(99);
      engine.gemm.multiply(m, n, k, a, b, rows(c, n + 1), false);
      const want = product(m, n, k, a, b);
      const spaced = Array.from(c, (_, i) =>
        i % (n + 1) === n ? 99 : want[Math.floor(i / (n + 1)) * n + (i % (n + 1))],
      );
      expect([...c]).toEqual(spaced);
    }
  });

  it('copies matrices of any layout to rows of any pitch and writes nothing between them', () => {
    for (const [k, n] of [
      [1, 1],
      [3, 2],
      [5, 7],
      [9, 8],
      [130, 13],
      [40, 300],
      [9000, 12],
    ] as const) {
      for (const pitch of [n, n + 5]) {
        for (const from of [rows(filled(k * n + 3), n, 3), columns(filled(k * n), k)]) {
          const want = Float32Array.from({length: k * pitch}, (_, i) => {
            const [row, column] = [Math.floor(i / pitch), i % pitch];
            return column < n ? from.data[from.offset + row * from.rowStride + column * from.columnStride]! : 99;
          });
          const copied = engine.memory.withArena(4 * k * pitch + arrayBytes, (arena) => {
            const out = arena.floats(k * pitch).fill(99);
            engine.memory.copy({...from, rows: k}, n, out, pitch);
            return out.slice();
          });
          expect(copied).toEqual(want);
        }
      }
    }
  });

  it('is exact for a depth of 20,000', () => {
    const [m, n, k] = [9, 3, 20_000];
    const [a, b, c] = [rows(filled(m * k), k), rows(filled(k * n), n), new Float32Array(m * n)];
    engine.gemm.multiply(m, n, k, a, b, rows(c, n), false);
    expect([...c]).toEqual(product(m, n, k, a, b));
  });

  it('computes every edge case exactly or within its bound, and every code path runs', () => {
    const before = new Map(engine.counters.map((part) => [part, part.hits]));
    for (const {problem, inputs, expected, info} of testVectors) {
      for (const pass of passes) {
        const {inputs: names, output} = passTensors[pass];
        const [a, b] = names.map((tensor) => inputs[tensor as keyof typeof inputs]) as [Float32Array, Float32Array];
        for (const algorithm of [implicitGemm, depthwise, winograd, winograd4, fft]) {
          if (algorithm.supports(info, pass) !== true) continue;
          const out = new Float32Array(sizeOf(info, output));
          // The packed filter is cached the second time and used the third.
          for (let times = flopsOf(info) < 1e5 ? 3 : 1; times > 0; times--) {
            algorithm[pass]?.(info, a, b, out.fill(Number.NaN), engine);
          }
          const own = algorithm.integerHeadroom > 0 ? undefined : algorithm.errorBound?.(info, pass, a, b);
          const bound = (i: number) => (own ? boundAt({...expected[pass], own}, i, arithmeticOf('cpu')) : 0);
          const wrong = out.findIndex((got, i) => !(Math.abs(got - (expected[pass].values[i] as number)) <= bound(i)));
          expect([algorithm.name, problem, pass, wrong, out[wrong]]).toEqual([
            algorithm.name,
            problem,
            pass,
            -1,
            undefined,
          ]);
        }
      }
    }
    expect(engine.counters.filter((part) => part.hits === before.get(part)).map((part) => part.name)).toEqual([]);
  });
});

describe.each(engines)('the epilogue on %s', (_name, engine) => {
  const alpha = 0.2;
  const expected: Partial<Record<Activation, (value: number, slope: number) => number>> = {
    linear: (value) => value,
    relu: (value) => Math.max(0, value),
    relu6: (value) => Math.min(6, Math.max(0, value)),
    prelu: (value, slope) => (value < 0 ? slope * value : value),
    leakyrelu: (value) => (value < 0 ? alpha * value : value),
  };
  const special = [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 7.3, -1e-42, 1e38];
  const values = (length: number, step: number) =>
    Float32Array.from({length}, (_, i) =>
      i % 5 === 0 ? (special[(i / 5) % special.length] as number) : Math.sin(i * step) * 9,
    );

  it('has an expected value for each activation that engines compute', () => {
    const fused = activationNames().filter((name) => typeof fusedForm(name, 'engine') === 'string');
    expect(Object.keys(expected)).toEqual(fused);
  });

  it.each(Object.keys(expected) as Activation[])('%s equals the JavaScript formula bit for bit', (activation) => {
    for (const n of [1, 2, 3, 4, 5, 7, 8, 13]) {
      for (const biased of [true, false]) {
        const count = 11;
        const [y, bias, slopes] = [values(count * n, 1), values(n + 1, 2).subarray(1), values(n + 1, 3).subarray(1)];
        const got = engine.memory.withArena(4 * (count + 2) * n + 3 * arrayBytes, (arena) => {
          const [out, b, a] = [arena.floats(count * n), arena.floats(n), arena.floats(n)];
          out.set(y);
          b.set(bias);
          a.set(slopes);
          engine.depthwise.applyEpilogue(out, count, n, {
            activation,
            alpha,
            ...(biased ? {bias: b} : {}),
            ...(activation === 'prelu' ? {slopes: a} : {}),
          });
          return [...out];
        });
        const want = [...y].map((value, i) => {
          const sum = Math.fround(value + (biased ? (bias[i % n] as number) : 0));
          return Math.fround(expected[activation]!(biased ? sum : value, slopes[i % n] as number));
        });
        expect(got).toEqual(want);
      }
    }
  });
});

test('plain JavaScript accumulates in double and rounds once', () => {
  const c = new Float32Array(1);
  const [a, b] = [rows(Float32Array.of(2 ** 24, 1, 1), 3), rows(Float32Array.of(1, 1, 1), 1)];
  jsEngine.gemm.multiply(1, 1, 3, a, b, rows(c, 1), false);
  expect(c[0]).toBe(2 ** 24 + 2); // in float32 each 1 would be lost
});

describe('the memory of a WebAssembly engine', () => {
  const engine = wasmEngine('simd');

  it('gives an error with the byte count if it cannot grow, and stays usable', () => {
    expect(() => engine.memory.withArena(2 ** 40, () => {})).toThrow(ConvgradError);
    expect(() => engine.memory.withArena(2 ** 40, () => {})).toThrow(
      /needs 1099511627776 bytes .* smaller batches or images/,
    );
    expect(engine.memory.withArena(64, (arena) => arena.floats(3).length)).toBe(3);
  });

  it('is released after an error', () => {
    const fail = () => {
      throw new Error('own');
    };
    expect(() => engine.memory.withArena(64, fail)).toThrow('own');
    expect(() => engine.memory.withArena(64, () => engine.memory.withArena(64, () => {}))).toThrow(/in use/);
    const first = engine.memory.withArena(64, (arena) => arena.floats(1).byteOffset);
    expect(engine.memory.withArena(64, (arena) => arena.floats(1).byteOffset)).toBe(first);
  });
});
