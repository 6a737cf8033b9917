import {flopsOf, type Pass, passes, passTensors} from '../../geometry/pass.js';
import {formatProblem, type Problem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {fills} from '../data/fill.js';
import {companions, type ImageShape, type Pattern, patternsFor} from '../data/patterns.js';
import {isRepeatable, repetitionsOf} from '../data/repeatable.js';
import {compare} from '../reference/compare.js';
import {type Inputs, reference, tensorShapes} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {Oracle} from './oracle.js';

/**
 * The values of an input and of its partner are multiplied by 2 to such powers. With 2⁻³⁰ they are below the least float16 and with 2¹⁷
 * beyond the largest, and so are the results. With pairs, sums of integers pass 2¹⁵, 2³², 2⁵³ and 2⁶⁴. The last pairs are so small or large
 * that any threshold or limit shows, while the results stay in range.
 */
const exponents: readonly (readonly [own: number, partner: number])[] = [
  [0, 0],
  [-30, 0],
  [17, 0],
  [13, 13],
  [24, 24],
  [32, 31],
  [4, 3],
  [-60, 40],
  [100, -70],
];

/** Images of so many pixels are large, and of so many operations cheap for their size. */
const largeImage = {pixels: 500, mostFlops: 30_000};

/**
 * Each input of a pass in turn holds data of a particular kind and size: equal, sparse or structured; tiny, or so large that 16 or 32 bits do
 * not hold them or their sums. The problem and the filling decide which kinds. A power of two changes only the bits of the exponent, so the
 * result is as exact as without it.
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
    const {problem, fill, arithmetic} = implementation.testVector;
    if (arithmetic.storage) return {status: 'skipped', reason: 'float16 cannot hold such values'};
    const names = passTensors[pass].inputs as readonly (keyof Inputs)[];
    for (const name of names) {
      const next = randomFrom(`values/${formatProblem(problem)}/${fill}/${pass}/${name}`);
      const partner = names.find((other) => other !== name)!;
      const all = patternsFor(fill);
      const every = takesEvery(problem) && repetitionsOf(all, implementation.isThorough, problem, `${pass}/${name}`);
      for (const own of every || [all[next() % all.length]]) {
        const [power, partnerPower] = exponents[next() % exponents.length];
        const beside = companions[next() % companions.length];
        const changes: Change[] = [
          {name, pattern: own, power},
          {name: partner, pattern: beside, power: partnerPower},
        ];
        const verdict = await judged(implementation, pass, changes, next);
        if (verdict.status === 'passed' || verdict.status === 'vacuous') continue; // some patterns are mostly zeros
        if (verdict.status === 'skipped') return verdict;
        const reason = changes.map((one) => `${one.name} ${one.pattern.what}, times 2^${one.power}`).join(', and ');
        return {...verdict, reason: `with ${reason}: ${verdict.reason}`};
      }
    }
    return {status: 'passed'};
  },
};

/** Whether an input gets data of every kind, rather than of one that is drawn. */
function takesEvery(problem: Problem): boolean {
  const info = problemInfo(problem);
  const {pixels, mostFlops} = largeImage;
  return isRepeatable(problem) || (info.outHeight * info.outWidth >= pixels && flopsOf(info) <= mostFlops);
}

/** What becomes of one input. */
interface Change {
  name: keyof Inputs;
  pattern: Pattern;
  power: number;
}

async function judged(
  implementation: ImplementationUnderTest,
  pass: Pass,
  changes: readonly Change[],
  next: () => number,
) {
  const {problem, inputs} = implementation.testVector;
  const shapes = tensorShapes(problem);
  const data: Partial<Inputs> = {};
  const scaled: Partial<Inputs> = {};
  for (const {name, pattern, power} of changes) {
    const values = pattern.values(inputs[name], asImages(name, shapes[name]), next);
    data[name] = values;
    scaled[name] = values.map((value) => value * 2 ** power);
  }
  const expected = reference(problem, {...inputs, ...data})[pass];
  const {got} = await implementation.run(pass, scaled);
  const power = changes.reduce((sum, one) => sum + one.power, 0);
  const values = Float64Array.from(got.values, (value) => value * 2 ** -power);
  return compare({...got, values}, implementation.withOwnBounds(expected, pass, data), implementation.comparison);
}

function asImages(name: keyof Inputs, [a, b, c, d]: readonly number[]): ImageShape {
  return name === 'filter' ? [1, a, b, c * d, d] : [Math.max(1, a), b, c, d, d];
}
