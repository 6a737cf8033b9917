import {Watchdog} from '../../src/cli/watchdog.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const never = new Promise<never>(() => {});
const outcome = (work: Promise<unknown>) => {
  const seen: {value?: unknown; message?: string} = {};
  work.then(
    (value) => Object.assign(seen, {value}),
    (error: Error) => Object.assign(seen, {message: error.message}),
  );
  return seen;
};

test('passes on the result or the error of the work', async () => {
  const watchdog = new Watchdog({limit: 1, activity: 'it began'});
  await expect(watchdog.watch(Promise.resolve(3))).resolves.toBe(3);
  await expect(watchdog.watch(Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
  expect(jest.getTimerCount()).toBe(0);
});

test('gives up after the limit without a heartbeat and names the last activity', async () => {
  const watchdog = new Watchdog({limit: 10, activity: 'it began'});
  const seen = outcome(watchdog.watch(never));
  await jest.advanceTimersByTimeAsync(9000);
  watchdog.heartbeat('the second step ran');
  await jest.advanceTimersByTimeAsync(9000);
  expect(seen).toEqual({});
  await jest.advanceTimersByTimeAsync(2000);
  expect(seen.message).toMatch(/no sign of life for 10 s .* while the second step ran, so convgrad ended the run\.$/);
});

test.each([
  [true, 4999, 5001],
  [false, -1, 1],
])('an interrupt gives the work five seconds if it can finish: %s', async (finishes, before, after) => {
  const controller = new AbortController();
  const seen = outcome(
    new Watchdog({limit: 100, signal: controller.signal, activity: 'it ran', finishes}).watch(never),
  );
  controller.abort();
  if (before > 0) await jest.advanceTimersByTimeAsync(before);
  expect(seen).toEqual({});
  await jest.advanceTimersByTimeAsync(after - Math.max(0, before));
  expect(seen.message).toMatch(/an interrupt came while it ran, so convgrad ended the run\.$/);
});
