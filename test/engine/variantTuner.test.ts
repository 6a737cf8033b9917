import {sumsOfOnes, VariantTuner} from '../../src/engine/variantTuner.js';
import {type WasmVariant, wasmVariants} from '../../src/engine/wasmModule.js';

test.each(wasmVariants())('the timed kernel of %s computes the right sums', (variant) => {
  const {run, sums, terms} = sumsOfOnes(variant);
  sums.fill(Number.NaN);
  run();
  expect(new Set(sums)).toEqual(new Set([terms]));
});

/** A tuner whose variants take the given milliseconds on a fake clock, which `wait` advances. */
function trialOf(milliseconds: Partial<Record<WasmVariant, number>>): {trial: VariantTuner; wait(time: number): void} {
  let now = 17;
  const wait = (time: number) => {
    now += time;
  };
  const runOf = (variant: WasmVariant) => () => wait(milliseconds[variant]!);
  return {trial: new VariantTuner(Object.keys(milliseconds) as WasmVariant[], () => now, runOf), wait};
}

/** The number of steps until a winner, or undefined after `most` steps. */
function stepsOf(trial: VariantTuner, most: number): number | undefined {
  for (let steps = 1; steps <= most; steps++) if (trial.step()) return steps;
  return undefined;
}

test('chooses no winner before 50 steps, whatever the time', () => {
  expect(stepsOf(trialOf({fma: 1_000, fmaLow: 1_000}).trial, 1_000)).toBe(50);
});

test('chooses no winner before 400 ms have passed, whatever the number of steps', () => {
  const {trial, wait} = trialOf({fma: 0, fmaLow: 0});
  expect(stepsOf(trial, 100)).toBeUndefined();
  wait(399);
  expect(stepsOf(trial, 100)).toBeUndefined();
  wait(1);
  expect(stepsOf(trial, 100)).toBe(1);
});

test.each([
  ['fma', {fma: 1, fmaLow: 3}],
  ['fmaLow', {fma: 3, fmaLow: 1}],
])('%s wins when runs take %p ms', (winner, milliseconds) => {
  const {trial} = trialOf(milliseconds);
  expect(stepsOf(trial, 49)).toBeUndefined();
  expect(trial.step()).toBe(winner);
});
