import {type Conv2DInfo, defineAlgorithm} from 'tfjs-convgrad';
import {everyTerm} from './everyTerm.js';

/** Which of a term's places holds the sum, and which the two factors. */
type Roles = (x: number, weight: number, y: number) => [sum: number, a: number, b: number];

/**
 * Defines the algorithm 'plain-float64', for `install({algorithm})` on cpu: the definition as plain loops over its terms, added in float64 and
 * rounded once.
 */
export function definePlainFloat64(): string {
  const pass = (roles: Roles) => (info: Conv2DInfo, a: Float32Array, b: Float32Array, out: Float32Array) => {
    const sums = new Float64Array(out.length);
    everyTerm(info, (x, weight, y) => {
      const [sum, i, j] = roles(x, weight, y);
      sums[sum] += a[i] * b[j];
    });
    out.set(sums);
  };
  const name = 'plain-float64';
  defineAlgorithm({
    name,
    forward: pass((x, weight, y) => [y, x, weight]),
    backpropInput: pass((x, weight, y) => [x, y, weight]),
    backpropFilter: pass((x, weight, y) => [weight, x, y]),
  });
  return name;
}
