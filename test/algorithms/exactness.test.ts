import {algorithms} from '../../src/algorithms/index.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {passes, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {formatProblem, parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {edgeCases} from '../../src/verify/cases/edgeCases.js';
import {drawInputs} from '../../src/verify/data/fill.js';
import {type Inputs, reference} from '../../src/verify/reference/reference.js';

/** Algorithms that are exact on integers. */
const exact = algorithms().filter(({integerHeadroom}) => integerHeadroom > 0);
const mostHeadroom = Math.max(...exact.map(({integerHeadroom}) => integerHeadroom));

const cases = edgeCases()
  .map(({problem}) => problem)
  .filter(({batch}) => batch > 0)
  .map((problem) => {
    const inputs = drawInputs(problem, 'integers', 1, mostHeadroom);
    return {problem, info: problemInfo(problem), inputs, expected: reference(problem, inputs)};
  });

/** Jest's own equality takes seconds on long arrays. */
const firstDifference = (got: Float32Array, want: ArrayLike<number>) => got.findIndex((value, i) => value !== want[i]);

describe.each(exact.map((algorithm) => [algorithm.name, algorithm] as const))('%s', (_name, algorithm) => {
  /** The dense problem, or the depthwise one for the algorithm `depthwise`. */
  const own = (dense: string, depthwise: string) => (algorithm.name === 'depthwise' ? depthwise : dense);

  it.each(passes.filter((pass) => algorithm[pass]))(
    '%s equals the float64 reference bit for bit on integers and overwrites the whole output',
    (pass) => {
      for (const {problem, info, inputs, expected} of cases) {
        if (algorithm.supports(info, pass) !== true) continue;
        const want = expected[pass].values;
        const [a, b] = passTensors[pass].inputs.map((name) => inputs[name as keyof Inputs]);
        const before = [Float32Array.from(a), Float32Array.from(b)];
        const output = new Float32Array(sizeOf(info, passTensors[pass].output)).fill(Number.NaN);
        algorithm[pass]?.(info, a, b, output, jsEngine);
        const wrong = firstDifference(output, want);
        if (wrong >= 0)
          throw new Error(`${formatProblem(problem)}: element ${wrong} is ${output[wrong]}, not ${want[wrong]}`);
        expect([firstDifference(a, before[0]), firstDifference(b, before[1])]).toEqual([-1, -1]);
      }
    },
  );

  it('computes a problem that spans several blocks exactly', () => {
    const problem = parseProblem(own('mb2ih70iw60ic8oc2kh3kw3-same', 'mb2ih70iw60ic8oc8kh3kw3-same-depthwise'));
    const inputs = drawInputs(problem, 'integers', 2, mostHeadroom);
    const info = problemInfo(problem);
    const want = reference(problem, inputs);
    for (const pass of passes) {
      if (algorithm.supports(info, pass) !== true) continue;
      const [a, b] = passTensors[pass].inputs.map((name) => inputs[name as keyof Inputs]);
      const output = new Float32Array(sizeOf(info, passTensors[pass].output)).fill(Number.NaN);
      algorithm[pass]?.(info, a, b, output, jsEngine);
      expect(firstDifference(output, want[pass].values)).toBe(-1);
    }
  });

  it('reports positive costs and at least as many flops as the definition', () => {
    const info = problemInfo(
      parseProblem(own('mb2ih7iw5ic2oc4kh3kw3sh2-same', 'mb2ih7iw5ic2oc4kh3kw3sh2-same-depthwise')),
    );
    for (const pass of passes.filter((name) => algorithm[name])) {
      const {flops, bytes, workspaceBytes} = algorithm.cost(info, pass);
      expect(flops).toBeGreaterThanOrEqual(2 * 2 * 4 * 5 * 9 * 4);
      expect(bytes).toBeGreaterThan(0);
      expect(workspaceBytes).toBeGreaterThanOrEqual(0);
    }
  });
});
