import {readFlags} from './flags.js';

test.each([
  ['no-flip', ['cpu']],
  ['webgl-even-row', ['webgl']],
  ['bias-last-row', ['cpu', 'webgl', 'webgpu']],
])('--only %s plants the mutant on %j', (mutant, backends) => {
  const {options, named, ...flags} = readFlags(['--only', mutant]);
  expect([flags.backends, options.only, named]).toEqual([backends, [mutant], false]);
});

test('--only takes several names, separated by commas or spaces', () => {
  const {options, backends} = readFlags(['--only', 'no-flip', 'webgl-even-row,sign', '--seed', '7']);
  expect([options.only, backends, options.seed]).toEqual([['no-flip', 'webgl-even-row', 'sign'], ['cpu', 'webgl'], 7]);
});

test.each([
  [['--only', 'no-flip', '--backend', 'webgl'], "--only: 'no-flip' is planted on cpu alone."],
  [['--only', 'perfect'], "--only: unknown mutant 'perfect'; use pads-swapped, "],
  [['no-flip'], "mutants: 'no-flip' is no flag; name mutants with --only."],
  [['--mutant', 'no-flip'], "Unknown option '--mutant'"],
])('%j is refused', (args, message) => {
  expect(() => readFlags(args)).toThrow(message);
});
