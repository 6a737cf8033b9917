import type {Engine} from '../../src/engine/engine.js';
import {word} from '../../src/engine/threads/control.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';

// A worker that takes its first piece and never finishes it.
jest.mock('../../src/engine/threads/workerText.js', () => {
  const {word: place} = jest.requireActual<typeof import('../../src/engine/threads/control.js')>(
    '../../src/engine/threads/control.js',
  );
  return {
    nodeWorkerText: `
      const {memory} = require('node:worker_threads').workerData;
      const words = new Int32Array(memory.buffer);
      Atomics.add(words, ${place.ready}, 1);
      while (Atomics.load(words, ${place.left}) <= 0 || Atomics.sub(words, ${place.left}, 1) <= 0);
      Atomics.wait(words, ${place.first}, words[${place.first}]);
    `,
  };
});

const [m, n, k] = [480, 8, 64];
const data = Float32Array.from({length: m * k}, (_, i) => (i % 7) - 3);

function product(engine: Engine): Float32Array {
  const c = new Float32Array(m * n);
  const rows = (array: Float32Array, length: number) => ({
    ...{data: array, offset: 0, rowStride: length, columnStride: 1},
  });
  engine.gemm.multiply(m, n, k, rows(data, k), rows(data, n), rows(c, n), false);
  return c;
}

test('a worker that does not answer is abandoned with a warning, and results stay right', async () => {
  const want = product(wasmEngine('simd'));
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const engine = wasmEngine('simd', {threads: 2, parallelThreshold: 0, workerTimeout: 50});
  for (let i = 0; i < 1_000 && warn.mock.calls.length === 0; i++) {
    expect(product(engine)).toEqual(want);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/worker did not answer within 50 ms; .* one thread/)]]);
  expect(engine.threads()).toBe(1);
  expect(product(engine)).toEqual(want);
  warn.mockRestore();
});

test('the words that threads share lie in separate cache lines', () => {
  const often = [word.left, word.job, word.done, word.ready, word.count];
  const lines = often.map((place) => Math.floor((4 * place) / 64));
  expect(new Set(lines).size).toBe(often.length);
});
