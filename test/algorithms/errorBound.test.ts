import {algorithms} from '../../src/algorithms/index.js';
import {arithmeticOf} from '../../src/backends/index.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {passes, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {makeTestVector} from '../../src/verify/data/testVector.js';
import {compare} from '../../src/verify/reference/compare.js';

const comparison = {fill: 'reals', arithmetic: arithmeticOf('cpu'), headroom: 0} as const;
const problem = parseProblem('mb2ih9iw7ic3oc5kh3kw3-pt1pb0pl2pr3');
const info = problemInfo(problem);
const {inputs, expected} = makeTestVector(problem, 'reals', 1, 1);

const bounded = algorithms().filter(({errorBound}) => errorBound);

describe.each(bounded.map((algorithm) => [algorithm.name, algorithm] as const))(
  'the error bound of %s',
  (_name, algorithm) => {
    describe.each(passes)('in %s', (pass) => {
      const {inputs: names, output} = passTensors[pass];
      const [a, b] = names.map((name) => inputs[name as keyof typeof inputs]) as [Float32Array, Float32Array];
      const own = algorithm.errorBound!(info, pass, a, b);
      const got = () => {
        const values = new Float32Array(sizeOf(info, output));
        algorithm[pass]!(info, a, b, values, jsEngine);
        return values;
      };
      const verdict = (values: Float32Array) =>
        compare({values, shape: expected[pass].shape}, {...expected[pass], own}, comparison).status;

      it('covers the computed values and is never below the bound of the definition', () => {
        expect(verdict(got())).toBe('passed');
        const below = expected[pass].magnitudes.findIndex(
          (magnitude, i) => own.magnitudes[i]! < magnitude * (1 - 1e-6),
        );
        expect(below).toBe(-1);
      });

      it('rejects values that are 0.1% too large', () => {
        expect(verdict(got().map((value) => value * 1.001))).toBe('failed');
      });
    });
  },
);
