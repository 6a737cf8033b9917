import {flopsOf} from '../../../src/geometry/pass.js';
import {formatProblem, problemInfo} from '../../../src/geometry/problem.js';
import {fusedCases} from '../../../src/verify/cases/fusedCases.js';
import {verify} from '../../../src/verify/index.js';
import {foreignKernel, memoryOf} from './foreign.js';

const judge = (problems: string[]) =>
  verify({
    backends: ['cpu'],
    problems,
    passes: ['forward'],
    fills: ['integers'],
    oracles: ['epilogueNaN'],
    diagnose: false,
  });

test('our kernels keep NaN under every activation, as those of tfjs do', async () => {
  const small = fusedCases().flatMap(({problem}) =>
    flopsOf(problemInfo(problem)) < 4000 ? [formatProblem(problem)] : [],
  );
  for (const activation of ['elu', 'sigmoid']) small.push(`ih5iw4ic2oc3kh3kw2-same-nhwc-${activation}`);
  const {summary} = await judge(small);
  expect(summary).toMatchObject({failed: 0, vacuous: 0});
  expect(summary.passed).toBeGreaterThan(small.length);
});

test.each(['relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu0.5'])(
  'a foreign kernel whose %s turns NaN into 0 fails',
  async (activation) => {
    foreignKernel('FusedConv2D', (right) => (params) => {
      const result = right(params);
      const values = memoryOf(params, result);
      values.set(values.map((value) => (Number.isNaN(value) ? 0 : value)));
      return result;
    });
    const {results} = await judge([`mb2ih5iw4ic2oc3kh3kw2-same-nhwc-bias-${activation}`]);
    expect(results.map(({status}) => status)).toEqual(['failed']);
    expect(results[0].reason).toMatch(
      /^element \d+ is 0 although a term of it holds a NaN of x, which tfjs’s own kernel keeps$/,
    );
  },
);
