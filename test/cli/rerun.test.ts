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

test('the verdict of the new process tells whether something failed', async () => {
  expect(await taken('cpu: dX wrong in 1 of 1 problem, 3 comparisons, 1 failed\n\n…')).toBe(true);
  expect(await taken('cpu: dX wrong in 9 of 9 problems, 1,003 comparisons,\n  1,000 failed\n')).toBe(true);
  expect(await taken('cpu: forward right in 1 problem, 1 comparison, 0 failed\n')).toBe(false);
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
