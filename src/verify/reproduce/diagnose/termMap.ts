import {passTensors} from '../../../geometry/pass.js';
import {type Inputs, tensorShapes} from '../../reference/reference.js';
import {agrees} from './agreement.js';
import {type FailedPass, observe} from './observe.js';
import {indexOf, positionOf} from './position.js';
import type {Sample} from './suspects.js';

/** A product of two input elements in an output element: how often it occurs, which may be a fraction, and how often it must. */
export interface ProductTerm {
  /** Positions by kind of tensor: in x or dx, filter or dFilter, y or dy. */
  x: number[];
  filter: number[];
  y: number[];
  got: number;
  want: number;
}

/** The counts, from −3 to 4, are the digits of one number. */
const base = 8;
/** A description may take at most this many runs of the pass. */
const mostRuns = 250;

/**
 * How many products one run tells apart. `counts` reads seven small whole numbers as the digits of one result; more digits would not be
 * exact. `coefficients` reads one product at a time, which may be multiplied by any number.
 */
export const productsPerRun = {counts: 7, coefficients: 1};

/** How many runs the map takes. */
export function runsOf({observation: {inputs}, model: {pass}}: Sample, perRun: number): number {
  const [one, other] = passTensors[pass].inputs as readonly (keyof Inputs)[];
  return inputs[one].length * Math.ceil(inputs[other].length / perRun);
}

/** The wrong result with the largest map that `mostRuns` allows. */
export function mappable(samples: readonly Sample[], perRun: number): Sample | undefined {
  const wrong = samples.filter((sample) => !sample.isRight && runsOf(sample, perRun) <= mostRuns);
  return wrong.sort((a, b) => runsOf(b, perRun) - runsOf(a, perRun))[0];
}

/**
 * Finds every term that occurs or must occur. A convolution is bilinear, so single ones in one input and powers in the other give all of
 * its coefficients. Undefined when time runs out, or when a run does not show `perRun` of them.
 */
export async function termMap(
  failedPass: FailedPass,
  sample: Sample,
  perRun: number,
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
    for (let from = 0; from < inputs[other].length; from += perRun) {
      if (performance.now() > deadline) return undefined;
      const {got, expected} = await observe(failedPass, testVector, {
        ...inputs,
        [one]: inputs[one].map((_, i) => (i === at ? 1 : 0)),
        [other]: inputs[other].map((_, i) => (i >= from && i < from + perRun ? base ** (i - from) : 0)),
      });
      for (let out = 0; out < expected.values.length; out++) {
        const [counts, due] = [got[out], expected.values[out]].map((value) => coefficientsIn(value, perRun));
        if (!counts || !due) return undefined;
        for (let k = 0; k < perRun; k++) {
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
 * Whether the products of the map add up to the observed result. They do not if a fraction was read as a count, or if the pass is no sum of
 * products. Then the map says nothing.
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

function coefficientsIn(value: number, perRun: number): number[] | undefined {
  if (perRun === 1) return [value];
  let left = value;
  const counts = Array.from({length: perRun}, () => {
    const digit = ((left % base) + base) % base;
    const count = digit > base / 2 ? digit - base : digit;
    left = (left - count) / base;
    return count;
  });
  return left === 0 && counts.every(Number.isInteger) ? counts : undefined;
}
