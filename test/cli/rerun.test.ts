import {execFile} from 'node:child_process';
import {rerunWith} from '../../src/cli/rerun.js';

jest.mock('node:child_process', () => ({execFile: jest.fn()}));

/** The verdict on a new process that prints `stdout`. */
async function taken(stdout: string): Promise<boolean | undefined> {
  (execFile as unknown as jest.Mock).mockImplementationOnce((...args: unknown[]) =>
    (args.at(-1) as (error: null, stdout: string) => void)(null, stdout),
  );
  return rerunWith()(['--backend', 'cpu']);
}

test('the last line of the new process tells whether something failed', async () => {
  expect(await taken('…\n2 passed, 1 failed, 0 skipped, 0 vacuous in 1.0 s, seed 1\n')).toBe(true);
  expect(await taken('3 passed, 0 failed, 0 skipped, 0 vacuous in 1.0 s, seed 1\n')).toBe(false);
});

test('a process that did not finish gives undefined', async () => {
  expect(await taken('')).toBeUndefined();
});

test('the new process runs without diagnosis and with the same options', async () => {
  await taken('');
  const [program, args] = (execFile as unknown as jest.Mock).mock.lastCall as [string, string[]];
  expect(program).toBe(process.execPath);
  expect(args.slice(1).join(' ')).toBe('verify --no-regressions --no-diagnosis --no-color --backend cpu');
});
