import {measure} from '../../src/bench/measure.js';
import {type BenchRow, resultOf} from '../../src/bench/result.js';
import {fakeClock} from './fakeClock.js';

const row: BenchRow = {
  ...{layer: 'one', problem: 'p', backend: 'cpu', pass: 'forward', algorithm: 'implicitGemm', flops: 4e7},
};
const warmUps = {ours: {first: 30, best: 20, calls: 4}};

test('calls take turns, each compared with the probes before and after it', async () => {
  const clock = fakeClock();
  const order: string[] = [];
  const logged = (name: string, milliseconds: number) => {
    const call = clock.call(() => milliseconds);
    return () => {
      order.push(name);
      return call();
    };
  };
  let peak = 9;
  const probe = () => {
    order.push('probe');
    return ++peak;
  };
  const benchedCalls = {ours: logged('ours', 20), kernel: logged('kernel', 15), builtin: logged('builtin', 100)};
  const {rounds, warmUps} = await measure(benchedCalls, probe, 2, clock);
  expect(order.slice(order.indexOf('probe'))).toEqual(
    Array(2).fill(['probe', 'ours', 'probe', 'kernel', 'probe', 'builtin']).flat(),
  );
  expect(rounds).toEqual([
    {ours: 20, kernel: 15, builtin: 100, peak: {ours: 10.5, kernel: 11.5}},
    {ours: 20, kernel: 15, builtin: 100, peak: {ours: 13.5, kernel: 14.5}},
  ]);
  expect(warmUps).toMatchObject({ours: {first: 20, calls: 4}, builtin: {first: 100, calls: 4}});
});

test('short calls repeat until their turn is full', async () => {
  const clock = fakeClock();
  let calls = 0;
  const call = clock.call(() => 1);
  const count = () => {
    calls++;
    return call();
  };
  const {warmUps} = await measure({ours: count}, undefined, 3, clock);
  expect(calls - warmUps.ours!.calls).toBe(3 * 10);
});

test('measuring ends after the round with the abort', async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  let calls = 0;
  const ours = clock.call(() => {
    if (++calls === 6) controller.abort();
    return 20;
  });
  expect((await measure({ours}, undefined, 9, clock, controller.signal)).rounds).toHaveLength(2);
});

test('a machine that slows down for some rounds changes no ratio', () => {
  const rounds = [1, 3, 2].map((slow) => ({
    ...{ours: 20 * slow, kernel: 10 * slow, builtin: 60 * slow},
    peak: {ours: 8 / slow, kernel: 8 / slow},
  }));
  expect(resultOf(row, {warmUps, rounds})).toEqual({
    ...row,
    milliseconds: {ours: 40, kernel: 20, builtin: 120},
    gflops: {ours: 1, kernel: 2, builtin: expect.closeTo(1 / 3, 9)},
    peak: 4,
    fractionOfPeak: {kernel: 0.5, whole: 0.25},
    ratio: 3,
    noise: 0,
    first: {ours: 30},
    warmUpCalls: {ours: 4},
    rounds,
  });
});

test('times of the built-in on a smaller problem are scaled to the full one', () => {
  const scaled = {problem: 'smaller', factor: 5};
  const {milliseconds, gflops, ratio, ...result} = resultOf(
    row,
    {warmUps, rounds: [{ours: 20, builtin: 60}]},
    {scaled},
  );
  expect({milliseconds, gflops, ratio}).toEqual({
    milliseconds: {ours: 20, builtin: 300},
    gflops: {ours: 2, builtin: expect.closeTo(4e7 / 300e6, 9)},
    ratio: 15,
  });
  expect(result).toMatchObject({scaled, rounds: [{ours: 20, builtin: 60}]});
});

test('the loss compares the kernel that serves with the fastest, built-in included', () => {
  const rounds = [1, 2, 1].map((slow) => ({ours: 20 * slow, 'alternative direct': 90 * slow, builtin: 10 * slow}));
  const own = [
    {algorithm: 'implicitGemm', predictedMilliseconds: 21},
    {algorithm: 'direct', predictedMilliseconds: 80},
  ];
  const alternatives = [...own, {algorithm: 'builtin', predictedMilliseconds: 11}];
  const [direct, stock] = [own[1]!, alternatives[2]!].map((one, i) => ({...one, milliseconds: [90, 10][i]}));
  expect(resultOf(row, {warmUps, rounds}, {alternatives: own})).toMatchObject({alternatives: [direct], loss: 1});
  expect(resultOf(row, {warmUps, rounds}, {alternatives})).toMatchObject({
    ...{predictedMilliseconds: 21, alternatives: [stock, direct], loss: 2},
  });
  expect(resultOf({...row, delegated: true}, {warmUps, rounds}, {alternatives}).loss).toBe(1);
  const slow = rounds.map((round) => ({...round, builtin: 60}));
  expect(resultOf({...row, delegated: true}, {warmUps, rounds: slow}, {alternatives}).loss).toBe(3);
  // The built-in was timed on a smaller problem, so it does not count.
  const scaled = {problem: 'half', factor: 3};
  expect(resultOf(row, {warmUps, rounds}, {alternatives, scaled}).loss).toBe(1);
});

test('without a probe there is no fraction of the peak, and noise comes from the times', () => {
  const rounds = [{ours: 19}, {ours: 20}, {ours: 23}];
  const result = resultOf(row, {warmUps, rounds});
  expect(result.noise).toBeCloseTo(0.2, 9);
  expect(Object.keys(result)).not.toEqual(expect.arrayContaining(['peak']));
  expect(result).not.toHaveProperty('fractionOfPeak');
  expect(result).not.toHaveProperty('ratio');
});
