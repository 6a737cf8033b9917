import {sumsOfOnes, Trial} from '../../src/engine/trial.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';

test.each(wasmVariants())('what is timed of %s computes what it is meant to', (variant) => {
  const {run, sums, terms} = sumsOfOnes(variant);
  sums.fill(Number.NaN);
  run();
  expect(new Set(sums)).toEqual(new Set([terms]));
});

test('there is a winner after so many runs, and not before compilers had their time', () => {
  const variants = wasmVariants().slice(0, 2);
  const trial = new Trial(variants);
  const begin = performance.now();
  let winner = trial.step();
  expect(winner).toBeUndefined();
  while (winner === undefined) winner = trial.step();
  expect(variants).toContain(winner);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(400);
});
