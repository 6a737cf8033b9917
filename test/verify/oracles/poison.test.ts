import {algorithms} from '../../../src/algorithms/index.js';
import {arrayBytes} from '../../../src/engine/engine.js';
import {jsEngine} from '../../../src/engine/jsEngine.js';
import {wasmEngine} from '../../../src/engine/wasmEngine.js';
import {flopsOf, passes, passTensors, sizeOf} from '../../../src/geometry/pass.js';
import {problemInfo} from '../../../src/geometry/problem.js';
import {edgeCases} from '../../../src/verify/cases/edgeCases.js';
import {poisonedEngine, poisonOracle} from '../../../src/verify/oracles/poison.js';
import {ask, breakPass} from './ask.js';

const engines = [jsEngine, wasmEngine('simd')];

test('rejects an algorithm that reads memory of the engine before it writes it', async () => {
  breakPass('forward', (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    // Fresh memory holds zeros, which change nothing.
    engine.memory.withArena(4 + arrayBytes, (arena) => {
      out[0]! += arena.floats(1)[0]!;
    });
  });
  expect(await ask(poisonOracle, 'broken', 'forward')).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('element 0 of y'),
  });
});

test.each(engines.map((engine) => [engine.name, engine] as const))(
  'on %s, NaN in the memory of the engine changes no bit of any algorithm, in any edge case',
  (_, engine) => {
    const poisoned = poisonedEngine(engine);
    for (const {problem} of edgeCases()) {
      const info = problemInfo(problem);
      if (problem.batch === 0 || flopsOf(info) > 1e5) continue;
      for (const pass of passes) {
        const {inputs, output} = passTensors[pass];
        const [a, b] = inputs.map((name, k) =>
          Float32Array.from({length: sizeOf(info, name)}, (_, i) => ((i * 7 + k) % 11) - 5),
        ) as [Float32Array, Float32Array];
        for (const algorithm of algorithms()) {
          if (algorithm.supports(info, pass) !== true) continue;
          const [got, expected] = [poisoned, engine].map((each) => {
            const result = new Float32Array(sizeOf(info, output)).fill(Number.NaN);
            algorithm[pass]?.(info, a, b, result, each);
            return result;
          });
          expect([algorithm.name, pass, problem, got]).toEqual([algorithm.name, pass, problem, expected]);
        }
      }
    }
  },
);
