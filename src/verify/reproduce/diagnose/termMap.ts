import {passTensors} from '../../../geometry/pass.js';
import {type Inputs, tensorShapes} from '../../reference/reference.js';
import {agrees} from './agreement.js';
import {type FailedPass, observe} from './observe.js';
import {indexOf, positionOf} from './position.js';
import type {Sample} from './suspects.js';

/** A product of two input elements in an output element: how often it occurs, and how often it must. */
export interface ProductTerm {
  /** Positions by kind of tensor: in x or dx, filter or dFilter, y or dy. */
  x: number[];
  filter: number[];
  y: number[];
  got: number;
  want: number;
}

/** The counts, from −3 to 4, are the digits of one number. More digits would not be exact. */
const base = 8;
const digits = 7;
/** A description may take at most this many runs of the pass. */
const mostRuns = 250;

/** How many runs the map takes. */
export function runsOf({observation: {inputs}, model: {pass}}: Sample): number {
  const [one, other] = passTensors[pass].inputs as readonly (keyof Inputs)[];
  return inputs[one].length * Math.ceil(inputs[other].length / digits);
}

/** The wrong result with the largest map that `mostRuns` allows. */
export function mappable(samples: readonly Sample[]): Sample | undefined {
  const wrong = samples.filter((sample) => !sample.isRight && runsOf(sample) <= mostRuns);
  return wrong.sort((a, b) => runsOf(b) - runsOf(a))[0];
}

/**
 * Finds every term that occurs or must occur. A convolution is bilinear, so single ones in one input and powers in the other give all of
 * its coefficients. Undefined when time runs out, or when some coefficients are no small whole numbers.
 */
export async function termMap(
  failedPass: FailedPass,
  sample: Sample,
  deadline: number,
): Promise<ProductTerm[] | undefined> {
  const {problem, inputs} = sample.observation;
  const {pass} = failedPass;
  const testVector = failedPass.testVector(problem);
  if (failedPass.target.headroom !== 1 || testVector.arithmetic.storage) return undefined;
  const [one, other] = passTensors[pass].inputs as readonly ('x' | 'filter' | 'dy')[];
  const kindOf = {x: 'x', filter: 'filter', dy: 'y', y: 'y', dx: 'x', dFilter: 'filter'} as const;
  const shapes = {
    x: testVector.expected.backpropInput.shape,
    filter: testVector.expected.backpropFilter.shape,
    y: testVector.expected.forward.shape,
  };
  const terms: ProductTerm[] = [];
  for (let at = 0; at < inputs[one].length; at++) {
    for (let from = 0; from < inputs[other].length; from += digits) {
      if (performance.now() > deadline) return undefined;
      const {got, expected} = await observe(failedPass, testVector, {
        ...inputs,
        [one]: inputs[one].map((_, i) => (i === at ? 1 : 0)),
        [other]: inputs[other].map((_, i) => (i >= from && i < from + digits ? base ** (i - from) : 0)),
      });
      for (let out = 0; out < expected.values.length; out++) {
        const [counts, due] = [countsIn(got[out]), countsIn(expected.values[out])];
        if (!counts || !due) return undefined;
        for (let k = 0; k < digits; k++) {
          if (counts[k] === 0 && due[k] === 0) continue;
          const places = {[kindOf[one]]: at, [kindOf[other]]: from + k, [kindOf[passTensors[pass].output]]: out};
          const positions = (['x', 'filter', 'y'] as const).map((kind) => [
            kind,
            positionOf(places[kind], shapes[kind]),
          ]);
          terms.push({...Object.fromEntries(positions), got: counts[k], want: due[k]});
        }
      }
    }
  }
  return terms;
}

/**
 * Whether the products of the map add up to the observed result. They do not if the pass is no sum of products: if it saturates, or if a
 * condition on the values decides. Then the map says nothing.
 */
export function addUp(terms: readonly ProductTerm[], {observation, model: {pass}}: Sample): boolean {
  const {inputs, expected} = observation;
  const {dy, ...others} = tensorShapes(observation.problem);
  const shapes = {...others, y: dy};
  const values = {...inputs, y: inputs.dy};
  const output = {forward: 'y', backpropInput: 'x', backpropFilter: 'filter'} as const;
  const [one, other] = (['x', 'filter', 'y'] as const).filter((kind) => kind !== output[pass]);
  const sums = new Float64Array(expected.values.length);
  for (const term of terms) {
    const at = (kind: 'x' | 'filter' | 'y') => indexOf(term[kind], shapes[kind]);
    sums[at(output[pass])] += term.got * values[one][at(one)] * values[other][at(other)];
  }
  return agrees(observation, sums);
}

function countsIn(value: number): number[] | undefined {
  let left = value;
  const counts = Array.from({length: digits}, () => {
    const digit = ((left % base) + base) % base;
    const count = digit > base / 2 ? digit - base : digit;
    left = (left - count) / base;
    return count;
  });
  return left === 0 && counts.every(Number.isInteger) ? counts : undefined;
}
