import {algorithms} from '../../../src/algorithms/index.js';
import {flopsOf} from '../../../src/geometry/pass.js';
import {formatProblem, problemInfo} from '../../../src/geometry/problem.js';
import {edgeCases} from '../../../src/verify/cases/edgeCases.js';
import {hasTurn, oracles} from '../../../src/verify/oracles/index.js';
import {verify} from '../../../src/verify/verify.js';

const problems = edgeCases()
  .map(({problem}) => problem)
  .filter((problem) => flopsOf(problemInfo(problem)) < 4000);

test.each(oracles.map((oracle) => [oracle.name, oracle] as const))(
  '%s accepts every algorithm on the edge cases',
  async (name, {passes, fills}) => {
    const report = await verify({
      backends: ['cpu'],
      problems: problems.map(formatProblem),
      oracles: [name],
      regressions: [],
    });
    expect(report.results.filter(({status}) => status === 'failed' || status === 'vacuous')).toEqual([]);
    const passed = report.results.filter(({status}) => status === 'passed');
    for (const {name: algorithm} of algorithms()) {
      const judged = passed.filter((result) => result.algorithm === algorithm);
      // Second derivatives take all three passes.
      if (name === 'secondOrder' && algorithm === 'transposed') expect(judged).toEqual([]);
      else expect(judged.length).toBeGreaterThan(problems.length / 2);
    }
    expect(new Set(passed.map(({pass}) => pass))).toEqual(new Set(passes));
    expect(new Set(passed.map(({fill}) => fill))).toEqual(new Set(fills));
  },
);

test('on a GPU the costly ones take turns, decided by the problem; elsewhere each judges everything', () => {
  for (const oracle of oracles) {
    const turns = (backend: string) => problems.filter((problem) => hasTurn(oracle, problem, backend)).length;
    expect(turns('cpu')).toBe(problems.length);
    const share = turns('webgl') / problems.length;
    expect(share * (oracle.oneInOnGpu ?? 1)).toBeGreaterThan(0.3);
    expect(share * (oracle.oneInOnGpu ?? 1)).toBeLessThan(2);
  }
});
