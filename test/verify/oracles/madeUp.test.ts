import {join} from 'node:path';
import type {Oracle} from '../../../src/verify/oracles/index.js';
import {run, snippets} from '../../docs/snippets.js';
import {ask, breakPass} from './ask.js';

/** The oracle that CONTRIBUTING.md works through. */
async function doubling(): Promise<Oracle> {
  const snippet = snippets('CONTRIBUTING.md', ['ts']).find(({code}) => code.includes('doublingOracle'))!;
  const folder = join(__dirname, '../../../src/verify/oracles');
  const {exported} = await run(snippet, (name) => require(join(folder, name.replace(/\.js$/, '.ts'))));
  return exported['doublingOracle'] as Oracle;
}

test.each(['direct', 'implicitGemm', 'winograd', 'fft'])('the made-up oracle accepts %s', async (algorithm) => {
  const oracle = await doubling();
  for (const pass of oracle.passes) {
    const problem = 'mb2ih6iw7ic3oc4kh3kw3-same';
    expect(await ask(oracle, algorithm, pass, {problem})).toEqual({status: 'passed'});
  }
});

test('the made-up oracle finds a result that saturates', async () => {
  breakPass('forward', (right, info, x, filter, y, engine) => {
    right(info, x, filter, y, engine);
    for (const [i, value] of y.entries()) y[i] = Math.min(value, 0.5);
  });
  const verdict = await ask(await doubling(), 'broken', 'forward');
  expect(verdict).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/does not double when (x|filter) does$/),
  });
});
