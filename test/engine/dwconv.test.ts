import type {Engine} from '../../src/engine/engine.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';

const engines: [string, Engine][] = [
  ['js', jsEngine],
  ...wasmVariants().map((variant): [string, Engine] => [variant, wasmEngine(variant)]),
];
const lanes = [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 19];
const value = (i: number) => ((i * 7) % 11) - 5;

/** Every row of source and out has one element more than `lanes`, which must stay untouched. */
function sums(engine: Engine, count: number, rows: number, terms: number, accumulate: boolean): number[] {
  const pitch = count + 1;
  const filled = (array: Float32Array) => {
    for (let i = 0; i < array.length; i++) array[i] = i % pitch === count ? Number.NaN : value(i);
    return array;
  };
  return engine.memory.withArena(4 * (2 * rows + 2 * terms) * (pitch + 2) + 5 * 64, (arena) => {
    const out = arena.floats(rows * pitch).fill(99);
    const [source, filter] = [filled(arena.floats((rows + terms) * pitch)), filled(arena.floats(terms * pitch))];
    const [rowTable, termTable] = [arena.integers(2 * rows), arena.integers(2 * terms)];
    for (let r = 0; r < rows; r++) rowTable.set([4 * pitch * r, 4 * pitch * (rows - 1 - r)], 2 * r);
    for (let t = 0; t < terms; t++) termTable.set([4 * pitch * t, 4 * pitch * t], 2 * t);
    engine.depthwise.dwconv({source, rows: rowTable, terms: termTable, filter, out, lanes: count, accumulate});
    return [...out];
  });
}

function wanted(count: number, rows: number, terms: number, accumulate: boolean): number[] {
  const pitch = count + 1;
  return Array.from({length: rows * pitch}, (_, at) => {
    const lane = at % pitch;
    if (lane === count) return 99;
    const row = rows - 1 - Math.floor(at / pitch);
    let sum = accumulate ? 99 : 0;
    for (let t = 0; t < terms; t++) sum += value((row + t) * pitch + lane) * value(t * pitch + lane);
    return sum;
  });
}

describe.each(engines)('the lanes of dwconv on %s', (_name, engine) => {
  it.each([false, true])('are exact and stay within their rows for every count, accumulate %p', (accumulate) => {
    for (const count of lanes) {
      for (const rows of [1, 3, 5, 140]) {
        for (const terms of [0, 1, 9, 65, 300]) {
          expect(sums(engine, count, rows, terms, accumulate)).toEqual(wanted(count, rows, terms, accumulate));
        }
      }
    }
  });

  it('survive repeat and sumRepeats', () => {
    for (const times of [1, 2, 3, 5]) {
      const [many, few] = engine.memory.withArena(4 * 40 + 3 * 64, (arena) => {
        const [source, out, sums] = [arena.floats(5), arena.floats(5 * times + 1), arena.floats(6)];
        source.set([1, -2, 3, -4, 5]);
        out.fill(99);
        sums.fill(99);
        engine.memory.repeat({source, times, out});
        const repeated = [...out];
        engine.depthwise.sumRepeats({source: out, times, out: sums.subarray(0, 5)});
        return [repeated, [...sums]];
      });
      expect(many).toEqual([...[1, -2, 3, -4, 5].flatMap((element) => Array(times).fill(element)), 99]);
      expect(few).toEqual([...[1, -2, 3, -4, 5].map((element) => element * times), 99]);
    }
  });
});
