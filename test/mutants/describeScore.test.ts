import {describeScore} from './describeScore.js';

test('the text names the oracle and the problem that found each mutant, the mutants that survive, and the counts', () => {
  const score = {
    ...{backend: 'cpu', seed: 4, planted: 2, killed: 1, oracles: {reference: 1, builtin: 0}},
    outcomes: [
      {
        ...{mutant: 'no-flip', wrong: 'it does not turn'},
        killedBy: [{oracle: 'reference' as const, problem: 'ih3iw3', reason: 'element 2 of dx is 5 instead of 3'}],
      },
      {mutant: 'sly', wrong: 'nobody sees it', killedBy: []},
    ],
  };
  const text = describeScore(score);
  expect(text).toMatch(/│ no-flip +│ reference +│ ih3iw3 +│/);
  expect(text).toMatch(/│ sly +│ nobody +│ – +│/);
  expect(text).toContain('cpu reference: 1 / 2\ncpu builtin: 0 / 2\nsly survives: nobody sees it\n');
  expect(text).toMatch(/cpu killed \/ planted: 1 \/ 2, seed 4$/);
  expect(text).not.toContain('element 2');
  expect(describeScore(score, true)).toContain(
    'no-flip: reference: element 2 of dx is 5 instead of 3\n' +
      '  replay: npm run mutants -- --only no-flip --backend cpu --problem ih3iw3 --oracle reference --seed 4\n',
  );
});
