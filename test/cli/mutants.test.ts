import {describeScore} from '../../src/cli/mutants.js';
import {readFlags} from '../../src/cli/verifyFlags.js';
import {defineMutant} from '../../src/verify/mutants/index.js';

test('the score tells who killed whom and where, who survives, and the counts', () => {
  const text = describeScore({
    ...{backend: 'cpu', seed: 4, planted: 2, killed: 1, oracles: {reference: 1, builtin: 0}},
    outcomes: [
      {mutant: 'no-flip', wrong: 'it does not turn', killedBy: [{oracle: 'reference', problem: 'ih3iw3'}]},
      {mutant: 'sly', wrong: 'nobody sees it', killedBy: []},
    ],
  });
  expect(text).toMatch(/│ no-flip +│ reference +│ ih3iw3 +│/);
  expect(text).toMatch(/│ sly +│ nobody +│ – +│/);
  expect(text).toContain('cpu reference: 1 / 2\ncpu builtin: 0 / 2\nsly survives: nobody sees it\n');
  expect(text).toMatch(/cpu killed \/ planted: 1 \/ 2, seed 4$/);
});

test('--mutant verifies that mutant on cpu, remembers nothing, and is in replay lines', () => {
  const undo = defineMutant('no-flip');
  const {options, regressions} = readFlags({mutant: 'no-flip'});
  undo();
  expect(options).toMatchObject({backends: ['cpu'], algorithms: ['mutant-no-flip']});
  expect(options.command).toMatch(/ verify --mutant no-flip$/);
  expect(regressions).toBe(false);
});

test.each([
  ['webgl-even-row', ['webgl']],
  ['bias-last-row', ['cpu', 'webgl', 'webgpu']],
])('--mutant %s is verified on %j', (mutant, backends) => {
  const undo = defineMutant(mutant);
  const {options, named} = readFlags({mutant});
  undo();
  expect([options.backends, options.algorithms, named]).toEqual([backends, [`mutant-${mutant}`], false]);
});

test('--mutant is refused on backends that run none', () => {
  expect(() => readFlags({mutant: 'no-flip', backend: 'webgl'})).toThrow(/unknown algorithm 'mutant-no-flip'/);
});
