import {execFile} from 'node:child_process';
import {rerunWith} from '../../src/cli/rerun.js';

jest.mock('node:child_process', () => ({execFile: jest.fn()}));

/** What a run in a new process that prints this is taken for. */
async function taken(stdout: string): Promise<boolean | undefined> {
  (execFile as unknown as jest.Mock).mockImplementationOnce((...args: unknown[]) =>
    (args.at(-1) as (error: null, stdout: string) => void)(null, stdout),
  );
  return rerunWith(['shifted'])(['--backend', 'cpu']);
}

test('a new process tells by its last line whether something failed', async () => {
  expect(await taken('…\n2 passed, 1 failed, 0 skipped, 0 vacuous in 1.0 s, seed 1\n')).toBe(true);
  expect(await taken('3 passed, 0 failed, 0 skipped, 0 vacuous in 1.0 s, seed 1\n')).toBe(false);
});

test('one that did not come to its end tells nothing', async () => {
  expect(await taken('')).toBeUndefined();
});

test('it runs without diagnoses of its own, with the mutants and the words', async () => {
  await taken('');
  const [program, args] = (execFile as unknown as jest.Mock).mock.lastCall as [string, string[]];
  expect(program).toBe(process.execPath);
  expect(args.slice(1).join(' ')).toBe(
    'verify --no-regressions --no-diagnosis --no-color --mutant shifted --backend cpu',
  );
});
