import '@tensorflow/tfjs-backend-wasm';
import {formatProblem} from '../../../src/geometry/problem.js';
import {edgeCases} from '../../../src/verify/cases/edgeCases.js';
import {verify} from '../../../src/verify/index.js';

it('equals the definition bit for bit on integers: every edge case, algorithm and pass', async () => {
  const problems = edgeCases().map(({problem}) => formatProblem(problem));
  const report = await verify({backends: ['wasm'], fills: ['integers'], oracles: ['reference'], problems});
  const {summary, results, rows} = report;
  expect(results.filter(({status}) => status !== 'passed')).toEqual([]);
  expect(summary.passed).toBeGreaterThan(300);
  expect(rows.map(({algorithm, pass}) => `${algorithm} ${pass}`).sort()).toEqual([
    ...['direct backpropFilter', 'direct backpropInput', 'direct forward'],
    ...['im2col backpropFilter', 'im2col backpropInput', 'im2col forward'],
    'transposed backpropInput',
  ]);
  expect(report.environment.backends).toEqual({wasm: {simd: true, threads: false}});
}, 60_000);
