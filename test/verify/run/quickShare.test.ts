import {parseProblem} from '../../../src/geometry/problem.js';
import {oracles} from '../../../src/verify/oracles/index.js';
import {isSampled} from '../../../src/verify/oracles/sampling.js';
import {ableToReach, quickShare} from '../../../src/verify/run/quickShare.js';
import type {Target} from '../../../src/verify/run/target.js';

const passes = ['forward', 'backpropInput', 'backpropFilter'] as const;
const target = (backend: string, algorithm: string, more: Partial<Target> = {}): Target => ({
  ...{backend, algorithm, headroom: 1, supports: () => true as const},
  ...more,
});
const names = (targets: readonly Target[]) => targets.map(({algorithm}) => algorithm);
const four = (backend: string) => ['a', 'b', 'c', 'd'].map((name) => target(backend, name));
const small = Array.from({length: 60}, (_, i) => parseProblem(`ih${i + 3}iw3ic1oc1kh2kw2`));
const large = parseProblem('ih130iw130ic2oc2kh3kw3');
const quick = {thorough: false, seed: 1, passes};

test('a quick run judges half of the algorithms on every problem of a GPU, and each of them on some', () => {
  const shares = small.map((problem) => quickShare(four('webgl'), problem, quick));
  for (const {judged, left} of shares) {
    expect(judged).toHaveLength(2);
    expect(names([...judged, ...left]).sort()).toEqual(['a', 'b', 'c', 'd']);
  }
  for (const name of ['a', 'b', 'c', 'd']) {
    const count = shares.filter(({judged}) => names(judged).includes(name)).length;
    expect(count).toBeGreaterThan(15);
    expect(count).toBeLessThan(45);
  }
});

test('elsewhere it leaves algorithms out on large problems alone, and another seed leaves out others', () => {
  expect(quickShare(four('cpu'), small[0], quick).left).toEqual([]);
  const chosen = [1, 2, 3, 4, 5, 6].map((seed) =>
    names(quickShare(four('cpu'), large, {...quick, seed}).judged).join(),
  );
  expect(new Set(chosen).size).toBeGreaterThan(1);
});

test('a thorough run, a single algorithm and what was imported are never shared out', () => {
  expect(quickShare(four('webgl'), large, {...quick, thorough: true}).left).toEqual([]);
  expect(quickShare([target('webgl', 'a')], large, quick).left).toEqual([]);
  const imported = target('webgl', 'imported', {imported: {run: (_, __, fn) => fn()}});
  expect(quickShare([imported, ...four('webgl')], large, quick).left).toEqual([]);
});

test('what a path still needs is an algorithm that bears its name, or any where the path bears none', () => {
  const [all, left] = [four('cpu'), four('cpu').slice(1)];
  const missed = (counter: string) => [{backend: 'cpu', counter, hits: 0}];
  expect(names(ableToReach(missed('b, a second block'), left, all))).toEqual(['b']);
  expect(names(ableToReach(missed('a, a second block'), left, all))).toEqual([]);
  expect(names(ableToReach(missed('tile 4×2'), left, all))).toEqual(['b', 'c', 'd']);
});

test('a quick run asks every oracle but the reference less often, and of large problems least', () => {
  const judged = (name: string, problems: typeof small, isThorough: boolean) => {
    const oracle = oracles.find((one) => one.name === name)!;
    return problems.filter((problem) => isSampled(oracle, problem, 'cpu', {index: 0, of: 1}, isThorough)).length;
  };
  const wide = small.map((problem) => ({...problem, inWidth: 400, inHeight: 40 + problem.inHeight}));
  for (const problems of [small, wide]) expect(judged('reference', problems, false)).toBe(problems.length);
  for (const {name} of oracles.filter((one) => one.name !== 'reference')) {
    expect(judged(name, small, false)).toBeLessThan(judged(name, small, true) / 2 + 1);
    expect(judged(name, small, false)).toBeGreaterThan(0);
    expect(judged(name, wide, false)).toBeLessThan(judged(name, small, false));
  }
});
