import {activationNames} from '../../../src/geometry/activations.js';
import {formatProblem, type Problem, parseProblem} from '../../../src/geometry/problem.js';
import {factors, fusedFactors} from '../../../src/verify/cases/factors.js';
import {featureCases} from '../../../src/verify/cases/featureCases.js';

const all = featureCases().map(({problem}) => problem);
const problems = all.filter(({epilogue}) => !epilogue);
const kinds = [undefined, 'depthwise'] as const;
/** The two sizes in either order, because some problems are transposed. */
const both = (p: Problem, size: 'filter' | 'stride' | 'dilation') =>
  [p[`${size}Height`], p[`${size}Width`]].sort().join();

test('problems are distinct and survive as text', () => {
  expect(new Set(all.map(formatProblem)).size).toBe(all.length);
  for (const problem of all) expect(parseProblem(formatProblem(problem))).toEqual(problem);
});

test('kind, kernel, stride and dilation occur in every combination', () => {
  for (const kind of kinds) {
    const own = problems.filter((p) => p.kind === kind);
    const combinations = own.map((p) =>
      (['filter', 'stride', 'dilation'] as const).map((size) => both(p, size)).join(' '),
    );
    expect(new Set(combinations).size).toBe(factors.kernel.length * factors.stride.length * factors.dilation.length);
  }
});

test.each<[string, (p: Problem) => boolean]>([
  [
    'a stride as large as the kernel whose dilated windows overlap',
    (p) => both(p, 'filter') === '2,2' && both(p, 'stride') === '2,2' && both(p, 'dilation') === '2,2',
  ],
  [
    '1×1 without stride, padded',
    (p) => both(p, 'filter') === '1,1' && both(p, 'stride') === '1,1' && typeof p.pad !== 'string',
  ],
  ['NCHW with ceil', (p) => p.dataFormat === 'NCHW' && p.dimRoundingMode === 'ceil'],
  ['five images of an odd number of channels', (p) => p.batch === 5 && p.inChannels % 2 === 1],
])('%s occurs among dense and depthwise problems', (_, holds) => {
  for (const kind of kinds) expect(problems.filter((p) => p.kind === kind).some(holds)).toBe(true);
});

test('each activation occurs with each kernel, stride, dilation, data format and kind', () => {
  const pairs = (of: (p: Problem) => string) =>
    new Set(all.flatMap((p) => (p.epilogue ? [`${p.epilogue.activation} ${of(p)}`] : []))).size;
  const {kernel, stride, dilation, dataFormat, kind} = fusedFactors;
  expect(pairs((p) => both(p, 'filter'))).toBe(activationNames().length * kernel.length);
  expect(pairs((p) => both(p, 'stride'))).toBe(activationNames().length * stride.length);
  expect(pairs((p) => both(p, 'dilation'))).toBe(activationNames().length * dilation.length);
  expect(pairs((p) => p.dataFormat)).toBe(activationNames().length * dataFormat.length);
  expect(pairs((p) => String(p.kind))).toBe(activationNames().length * kind.length);
});

test('the problems for GPUs are few, differ in size and include each kernel', () => {
  const onGpu = featureCases().flatMap(({onGpu, problem}) =>
    onGpu !== undefined || problem.epilogue ? [] : [problem],
  );
  expect(onGpu.length).toBeLessThan(problems.length / 3);
  const sizes = (p: Problem) => [p.batch, p.inChannels, p.outChannels, p.inHeight, p.inWidth].join();
  expect(new Set(onGpu.map(sizes)).size).toBe(onGpu.length);
  for (const kernel of factors.kernel)
    expect(onGpu.some((p) => both(p, 'filter') === [...kernel].sort().join())).toBe(true);
});
