import {im2col} from '../../src/algorithms/im2col.js';
import {implicitGemm} from '../../src/algorithms/implicitGemm.js';
import {timedEngine} from '../../src/bench/timedEngine.js';
import type {Engine} from '../../src/engine/engine.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {drawInputs} from '../../src/verify/data/fill.js';

const problem = parseProblem('ih6iw5ic3oc4kh3kw3-same');
const info = problemInfo(problem);
const {x, filter} = drawInputs(problem, 'integers', 1);
const forward = (algorithm: typeof implicitGemm, engine: Engine) => {
  const y = new Float32Array(sizeOf(info, 'y'));
  algorithm.forward?.(info, x, filter, y, engine);
  return y;
};

test.each([implicitGemm, im2col])(
  'the time of $name counts each engine call once, and the result is unchanged',
  (algorithm) => {
    // The clock advances by one millisecond each time it is read, so a call takes 1 ms.
    let ticks = 0;
    const {engine, take} = timedEngine(jsEngine, () => ticks++);
    expect(forward(algorithm, engine)).toEqual(forward(algorithm, jsEngine));
    const {milliseconds, calls} = take();
    expect(calls).toBeGreaterThan(0);
    expect(milliseconds).toBe(calls);
    expect(ticks).toBe(2 * calls);
    expect(take()).toEqual({milliseconds: 0, calls: 0});
  },
);

test('allocation, probes and the name cost no time', () => {
  const {engine, take} = timedEngine(jsEngine, () => 0);
  expect(engine.name).toBe('js');
  expect(engine.memory.withArena(100, (arena) => arena.floats(3).length)).toBe(3);
  expect(engine.probe(10)).toBe(jsEngine.probe(10));
  expect(take().calls).toBe(0);
});

test('a call that throws is counted, and the error propagates', () => {
  const broken = {
    ...jsEngine,
    gemm: {
      ...jsEngine.gemm,
      igemm() {
        throw new Error('no');
      },
    },
  };
  const {engine, take} = timedEngine(broken, () => 0);
  expect(() => forward(implicitGemm, engine)).toThrow('no');
  expect(take().calls).toBe(1);
});
