import {activationNames} from '../../../src/geometry/activations.js';
import {flopsOf, sizeOf} from '../../../src/geometry/pass.js';
import {formatProblem, type Problem, parseProblem, problemInfo} from '../../../src/geometry/problem.js';
import {cases, casesOf, fixedCases} from '../../../src/verify/cases/index.js';
import {fillsOf} from '../../../src/verify/run/schedule.js';

const many = cases({seed: 1, cases: 2000});
const problems = many.map(({problem}) => problem);

test('cases are distinct, and each problem survives as text', () => {
  const texts = many.map(({problem, provenance}) => `${formatProblem(problem)} ${JSON.stringify(provenance)}`);
  expect(new Set(texts).size).toBe(texts.length);
  for (const problem of problems) expect(parseProblem(formatProblem(problem))).toEqual(problem);
});

test('the same seed gives the same cases, and more cases extend fewer', () => {
  const texts = (seed: number, count: number) => cases({seed, cases: count}).map(({problem}) => formatProblem(problem));
  expect(texts(4, 30)).toEqual(texts(4, 30));
  expect(texts(4, 30)).not.toEqual(texts(5, 30));
  expect(texts(4, 90).slice(0, texts(4, 30).length)).toEqual(texts(4, 30));
});

test('edge cases and network layers come first and have distinct names', () => {
  const names = many.flatMap(({name}) => name ?? []);
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('one of everything');
  for (const network of [
    'LeNet-5',
    'ResNet-20',
    'ResNet-50',
    'VGG',
    'MobileNet',
    'U-Net',
    'Inception 1×7',
    'Inception 7×1',
  ]) {
    expect(names.some((name) => name.startsWith(network))).toBe(true);
  }
});

test('no case takes more than 2.1 MFLOP, no random case more than 0.1', () => {
  for (const {problem, random} of many) expect(flopsOf(problemInfo(problem))).toBeLessThanOrEqual(random ? 1e5 : 2.1e6);
});

test.each<[string, (problem: Problem) => boolean]>([
  ['stride beyond the kernel', (p) => p.strideHeight > p.filterHeight],
  ['stride 4 on one axis only', (p) => p.strideWidth === 4 && p.strideHeight === 1],
  ['dilation 3 with stride', (p) => p.dilationHeight === 3 && p.filterHeight > 1 && p.strideHeight > 1],
  ['different dilations', (p) => p.dilationHeight !== p.dilationWidth && p.filterHeight > 1 && p.filterWidth > 1],
  ['kernel 5', (p) => p.filterHeight === 5],
  ['height 13', (p) => p.inHeight === 13],
  ['batch 3', (p) => p.batch === 3],
  ['an empty batch', (p) => p.batch === 0],
  ['channels past 16', (p) => p.inChannels === 17],
  [
    'asymmetric explicit pads',
    (p) => typeof p.pad === 'object' && p.pad.top !== p.pad.bottom && p.pad.left !== p.pad.right,
  ],
  ['a numeric pad', (p) => typeof p.pad === 'number' && p.pad > 0],
  ['ceil, NCHW', (p) => p.dimRoundingMode === 'ceil' && p.dataFormat === 'NCHW'],
  ['round', (p) => p.dimRoundingMode === 'round'],
  ['floor', (p) => p.dimRoundingMode === 'floor'],
  [
    'relu6 after a strided kernel',
    (p) => p.epilogue?.activation === 'relu6' && p.filterHeight > 1 && p.strideHeight > 1,
  ],
  ['slopes for each element under a stride', (p) => p.epilogue?.slopes === 'hwc' && p.strideHeight > 1],
])('%s occurs', (_, holds) => {
  expect(problems.some(holds)).toBe(true);
});

const sizes = [
  ...(['batch', 'inHeight', 'inWidth', 'inChannels', 'outChannels', 'filterHeight', 'filterWidth'] as const),
  ...(['strideHeight', 'strideWidth', 'dilationHeight', 'dilationWidth'] as const),
];
test.each(sizes)('%s exceeds 4, 32 and 256 in some fixed cases, and 16 in random ones', (size) => {
  const fixed = fixedCases().map(({problem}) => problem);
  const within = (from: number, to: number) => fixed.some((p) => p[size] > from && p[size] <= to);
  expect([within(4, 32), within(32, 40), within(256, 520)]).toEqual([true, true, true]);
  expect(many.some(({random, problem}) => random && problem[size] > 16)).toBe(true);
});

test.each(activationNames())('%s occurs in random problems with and without a bias', (activation) => {
  const own = many.flatMap(({random, problem}) =>
    random && problem.epilogue?.activation === activation ? [problem.epilogue] : [],
  );
  expect(own.some(({bias}) => bias !== undefined)).toBe(true);
  expect(own.some(({bias}) => bias === undefined)).toBe(true);
});

test('depthwise cases have multipliers of 5 and 257 and more than 256 channels', () => {
  const depthwise = fixedCases().flatMap(({problem}) => (problem.kind === 'depthwise' ? [problem] : []));
  const multipliers = depthwise.map(({inChannels, outChannels}) => outChannels / inChannels);
  expect([multipliers.includes(5), multipliers.includes(257)]).toEqual([true, true]);
  expect(depthwise.some(({inChannels}) => inChannels > 256)).toBe(true);
});

test('an expensive case has one fill unless it is requested by name', () => {
  const one = fixedCases().find(({fills}) => fills?.join() === 'integers')!;
  const text = formatProblem(one.problem);
  const fills = ['integers', 'reals'] as const;
  expect(fillsOf(one, {fills, problems: [], thorough: true}, 'cpu')).toEqual(['integers']);
  expect(fillsOf(one, {fills: ['reals'], problems: [], thorough: true}, 'cpu')).toEqual(['reals']);
  expect(fillsOf(one, {fills, problems: [text], thorough: true}, 'cpu')).toEqual(fills);
});

test('on a GPU cases with two fills elsewhere have one, integers and reals in turn', () => {
  const fills = ['integers', 'reals'] as const;
  const filled = (backend: string) =>
    fixedCases().flatMap((one) => (one.fillsOnGpu ? fillsOf(one, {fills, problems: [], thorough: true}, backend) : []));
  const [gpu, cpu] = [filled('webgl'), filled('cpu')];
  expect(cpu).toHaveLength(2 * gpu.length);
  for (const fill of fills) expect(gpu.filter((one) => one === fill).length).toBeGreaterThan(gpu.length / 3);
});

test.each<['x' | 'filter' | 'y', number]>([
  ['x', 2 ** 20],
  ['filter', 2 ** 20],
  ['y', 2 ** 18],
])('%s has more than %i elements in some case', (tensor, size) => {
  expect(problems.map(problemInfo).some((info) => sizeOf(info, tensor) > size)).toBe(true);
});

test('regressions come first, and the requested number of random cases last', () => {
  expect(many.filter(({random}) => random)).toHaveLength(2000);
  const saved = ['ih7iw2ic1oc1kh2kw2', 'ih28iw28ic1oc6kh5kw5-same'];
  const all = cases({seed: 1, cases: 5, regressions: saved});
  expect(all.slice(0, 3).map(({name}) => name)).toEqual([undefined, 'LeNet-5 conv1', 'one of everything']);
  expect(all).toHaveLength(fixedCases().length + 1 + 5);
});

test('a problem string finds the name of its case', () => {
  expect(casesOf(['ih28iw28ic1oc6kh5kw5-same', 'ih2iw2ic1oc1kh1kw1'])).toMatchObject([{name: 'LeNet-5 conv1'}, {}]);
  expect(() => casesOf(['nonsense'])).toThrow(/nonsense/);
});
