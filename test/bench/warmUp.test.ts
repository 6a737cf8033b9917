import {meanOf, repetitions, warmUp} from '../../src/bench/warmUp.js';
import {fakeClock} from './fakeClock.js';

test('continues while the time falls, and three calls more', async () => {
  const clock = fakeClock();
  const falling = [100, 60, 40, 30, 20];
  const {first, best, calls} = await warmUp(
    clock.call((nth) => falling[nth] ?? 20),
    clock,
  );
  expect({first, best, calls}).toEqual({first: 100, best: 20, calls: falling.length + 3});
  expect(clock.tasks).toBe(calls - 1);
});

test('a fall of less than 1% counts as none', async () => {
  const clock = fakeClock();
  const {calls} = await warmUp(
    clock.call((nth) => 100 * 0.995 ** nth),
    clock,
  );
  expect(calls).toBe(4);
});

test('short calls run in batches', async () => {
  const clock = fakeClock();
  const {calls, best} = await warmUp(
    clock.call(() => 0.01),
    clock,
  );
  expect({calls, best}).toEqual({calls: 1 + 3 * 200, best: expect.closeTo(0.01, 9)});
});

test('is limited in time and in batches', async () => {
  const clock = fakeClock();
  const falling = clock.call((nth) => 1000 * 0.9 ** nth);
  expect((await warmUp(falling, clock, {batches: 100, milliseconds: 1500})).calls).toBe(2);
  const again = clock.call((nth) => 1000 * 0.9 ** nth);
  expect((await warmUp(again, clock, {batches: 7, milliseconds: 1e9})).calls).toBe(8);
});

test('a turn has between one and a thousand calls', () => {
  expect([repetitions(50, 10), repetitions(3, 10), repetitions(0, 10)]).toEqual([1, 4, 1000]);
});

test('meanOf() averages all calls', async () => {
  expect(
    await meanOf(
      fakeClock().call((nth) => nth),
      5,
    ),
  ).toBe(2);
});
