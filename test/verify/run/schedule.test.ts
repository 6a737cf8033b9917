import {fixedCases} from '../../../src/verify/cases/index.js';
import {resolveOptions} from '../../../src/verify/options/resolveOptions.js';
import {fillsOf, Schedule} from '../../../src/verify/run/schedule.js';

const clock = () => {
  let seconds = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => 1000 * seconds);
  return {pass: (by: number) => (seconds += by)};
};
const options = (timeBudget?: number, backends = ['cpu']) =>
  resolveOptions({backends, ...(timeBudget === undefined ? {cases: 5} : {timeBudget})}, ['cpu', 'wasm']);

/** Takes a second for each case of a backend. @returns the numbers of fixed and random cases */
function run(schedule: Schedule, time: ReturnType<typeof clock>, backend = 'cpu') {
  const count = {fixed: 0, random: 0};
  for (const {random} of schedule.on(backend)) {
    count[random ? 'random' : 'fixed']++;
    time.pass(1);
  }
  return count;
}

afterEach(() => jest.restoreAllMocks());

test('random cases follow the fixed ones until the time budget is spent', () => {
  const time = clock();
  const {fixed} = run(new Schedule(options()), time);
  expect(fixed).toBeGreaterThan(10);
  expect(run(new Schedule(options(fixed + 7)), time)).toEqual({fixed, random: 7});
});

test('all fixed cases run, whatever the time budget', () => {
  const time = clock();
  const {fixed} = run(new Schedule(options()), time);
  expect(run(new Schedule(options(1)), time)).toEqual({fixed, random: 0});
});

test('each backend gets an equal share of the remaining time', () => {
  const time = clock();
  const {fixed} = run(new Schedule(options()), time);
  const schedule = new Schedule(options(2 * (fixed + 3), ['cpu', 'wasm']));
  expect(run(schedule, time)).toEqual({fixed, random: 3});
  expect(run(schedule, time, 'wasm')).toEqual({fixed, random: 3});
});

test('the total counts the certain cases, then extrapolates from the time', () => {
  const time = clock();
  const {fills} = options();
  const fixed = fixedCases().reduce((sum, one) => sum + fillsOf(one, options(), 'cpu').length, 0);
  expect(new Schedule(options()).total(0)).toBe(fixed + 5 * fills.length);
  const schedule = new Schedule(options(10 * fixed));
  time.pass(fixed);
  expect(schedule.total(1)).toBe(fixed);
  expect(schedule.total(4 * fixed)).toBe(40 * fixed);
});
