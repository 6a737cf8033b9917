import {type Pass, passes, passTensors} from '../../geometry/pass.js';
import {formatProblem} from '../../geometry/problem.js';
import {fills} from '../data/fill.js';
import {randomFrom} from '../data/random.js';
import {compare} from '../reference/compare.js';
import {type Inputs, reference} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {Oracle} from './oracle.js';

/** Data of a kind for which a kernel may take a shortcut. */
interface Pattern {
  what: string;
  /** Makes the data from what was drawn for a tensor of this many images. */
  values(drawn: Float32Array, images: number, next: () => number): Float32Array;
}

const mapped = (change: (value: number, index: number) => number) => (drawn: Float32Array) => drawn.map(change);
const patterns: readonly Pattern[] = [
  {what: 'as drawn', values: (drawn) => drawn},
  {what: 'all equal, as the gradient of a mean is', values: mapped(() => 1)},
  {what: 'nowhere negative, as after relu', values: mapped(Math.abs)},
  {
    what: 'zero in three of four places, as after relu and dropout',
    values: (drawn, _, next) => drawn.map((value) => (next() % 4 === 0 ? value : 0)),
  },
  {
    what: 'zero in all places but one',
    values: (drawn, _, next) => {
      const at = next() % Math.max(1, drawn.length);
      return drawn.map((_, index) => (index === at ? 1 : 0));
    },
  },
  {
    what: 'zero in a whole image',
    values: (drawn, images, next) => {
      const size = drawn.length / images;
      const none = next() % images;
      return drawn.map((value, index) => (Math.floor(index / size) === none ? 0 : value));
    },
  },
];

/**
 * The values are multiplied by 2 to one of these powers. With 2⁻³⁰ they are below the least float16 and with 2¹⁷ beyond the largest, and so
 * are the results.
 */
const exponents = [0, -30, 17];

/**
 * Each input of a pass in turn holds data of a particular kind and size: equal, sparse or a single 1; tiny, or so large that 16 bits do not
 * hold it. The problem and the filling decide which kind. A power of two changes only the bits of the exponent, so the result is as exact
 * as without it.
 */
export const valuesOracle: Oracle = {
  name: 'values',
  passes,
  fills,
  oneInOnGpu: 8,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(implementation, pass) {
    const {problem, fill, inputs, arithmetic} = implementation.testVector;
    if (arithmetic.storage) return {status: 'skipped', reason: 'float16 cannot hold such values'};
    for (const name of passTensors[pass].inputs as readonly (keyof Inputs)[]) {
      const next = randomFrom(`values/${formatProblem(problem)}/${fill}/${pass}/${name}`);
      const {what, values} = patterns[next() % patterns.length];
      const exponent = exponents[next() % exponents.length];
      const images = name === 'filter' ? 1 : Math.max(1, problem.batch);
      const data = values(inputs[name], images, next);
      const verdict = await judged(implementation, pass, name, data, exponent);
      if (verdict.status === 'passed' || verdict.status === 'vacuous') continue; // some patterns are mostly zeros
      if (verdict.status === 'skipped') return verdict;
      return {...verdict, reason: `with ${name} ${what}, times 2^${exponent}: ${verdict.reason}`};
    }
    return {status: 'passed'};
  },
};

async function judged(
  implementation: ImplementationUnderTest,
  pass: Pass,
  name: keyof Inputs,
  data: Float32Array,
  exponent: number,
) {
  const {problem, inputs} = implementation.testVector;
  const expected = reference(problem, {...inputs, [name]: data})[pass];
  const {got} = await implementation.run(pass, {[name]: data.map((value) => value * 2 ** exponent)});
  const values = Float64Array.from(got.values, (value) => value * 2 ** -exponent);
  return compare(
    {...got, values},
    implementation.withOwnBounds(expected, pass, {[name]: data}),
    implementation.comparison,
  );
}
