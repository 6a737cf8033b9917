import type {Arithmetic} from '../../backends/arithmetic.js';
import {axesShape, type ProblemEpilogue} from '../../geometry/epilogue.js';
import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {type ActivationDefinition, activationDefinitions} from './activations.js';
import {errorBound} from './bound.js';
import {
  type AllInputs,
  type Bounds,
  convolutionSums,
  type EpilogueInputs,
  type Expected,
  outputSize,
} from './convolution.js';

/** A problem with an epilogue. */
export type FusedProblem = Problem & {epilogue: ProblemEpilogue};

export function isFused(problem: Problem): problem is FusedProblem {
  return problem.epilogue !== undefined;
}

/** The expected results of a fused convolution, and of its gradients by bias and slopes. */
export interface FusedReference {
  passes: Record<Pass, Expected>;
  epilogueGradients: Partial<Record<keyof EpilogueInputs, Expected>>;
}

/** The slope of leakyrelu where the problem gives none, as `tf.leakyRelu` documents it. */
const defaultAlpha = 0.2;

/** The shapes of bias and slopes. */
export function epilogueShapes(problem: FusedProblem): Partial<Record<keyof EpilogueInputs, number[]>> {
  const {bias, activation, slopes = 'c'} = problem.epilogue;
  const output = outputShape(problem);
  return {
    ...(bias === undefined ? {} : {bias: axesShape(bias, output)}),
    ...(activationDefinitions[activation].operand === 'slopes' ? {slopes: axesShape(slopes, output)} : {}),
  };
}

/**
 * Computes the definition in float64: y = act(z) with z = Σ x·filter + bias, and its gradients. With d = dy · act'(z):
 * - the gradients by x and by filter are those of the convolution for d,
 * - the gradient by the bias is Σ d,
 * - the gradient by prelu's slopes is Σ dy · min(z, 0).
 *
 * Errors, where e is the bound of z, a sum of K + 1 terms in any order:
 * - y errs by e times the largest derivative within e of z, plus what the activation rounds.
 * - d errs by ε: |dy| times the error of the derivative, plus roundings. The derivative errs by its whole jump where a kink lies within e
 *   of z.
 * - A sum over d errs by what summing |d| + ε may, plus the same sum over ε and the absolute values of
 *   the other factor.
 */
export function fusedReference(problem: FusedProblem, inputs: AllInputs): FusedReference {
  const parts = preactivationOf(problem, inputs);
  const {z, slope, definition: rule} = parts;
  const {x, filter, dy} = inputs;
  const d = Float64Array.from(dy, (value, i) => value * rule.derivative(z.values[i], slope(i)));
  const gradients = convolutionSums(problem, {x, filter, dy: d});
  const steps = stepsOf(problem, inputs);
  const errors = errorsOf(problem, parts, dy, d);
  const reads = {dy: Float32Array.from(dy, (value, i) => Math.abs(value) * rule.lipschitz(slope(i)) * (1 + 2 ** -16))};
  const gradient = (pass: 'backpropInput' | 'backpropFilter', stepsOfPass: number): Expected => ({
    ...gradients[pass],
    ...{steps: stepsOfPass, reads, rounded: whyRounded(problem)},
    bounds: memoizeLast((arithmetic, {own, ownOfForward}) => {
      const epsilon = errors(arithmetic, {own: ownOfForward});
      const reach = Float64Array.from(d, (value, i) => Math.abs(value) + epsilon[i]);
      const absolute = {x: x.map(Math.abs), filter: filter.map(Math.abs)};
      const {magnitudes, terms, values} = convolutionSums(problem, {...absolute, dy: reach})[pass];
      const carried = convolutionSums(problem, {...absolute, dy: epsilon})[pass].values;
      return carried.map(
        (error, i) =>
          error +
          errorBound(own?.terms ?? terms[i], Math.max(own?.magnitudes[i] ?? 0, magnitudes[i]), arithmetic, values[i]),
      );
    }),
  });
  const terms: Partial<Record<keyof EpilogueInputs, Terms>> = {
    bias: {values: d, errors: (arithmetic, owns) => errors(arithmetic, owns), steps: steps.d},
    slopes: {
      values: dy.map((value, i) => value * Math.min(0, z.values[i])),
      errors: (arithmetic, owns) => {
        const e = z.bounds(arithmetic, owns);
        return Float64Array.from(dy, (value, i) => {
          const error = Math.abs(value) * e[i];
          return error + arithmetic.unit * (Math.abs(value * Math.min(0, z.values[i])) + error) + arithmetic.underflow;
        });
      },
      steps: steps.z,
    },
  };
  const beside = Object.entries(epilogueShapes(problem)).map(([name, shape]) => [
    name,
    {...summed(problem, shape, terms[name as keyof EpilogueInputs]!), rounded: whyRounded(problem)},
  ]);
  return {
    passes: {
      forward: activated(parts, steps.z * steps.slope, whyRounded(problem)),
      backpropInput: gradient('backpropInput', steps.d * steps.filter),
      backpropFilter: gradient('backpropFilter', steps.d),
    },
    epilogueGradients: Object.fromEntries(beside),
  };
}

/** Returns dy with zeros where z is so near a kink that rounding may take it to the other side. The derivative is undefined there. */
export function awayFromKinks(problem: FusedProblem, inputs: AllInputs): Float32Array {
  const {definition: rule, z} = preactivationOf(problem, inputs);
  const isNear = (i: number) => rule.kinks.some((kink) => Math.abs(z.values[i] - kink) <= nearness * z.magnitudes[i]);
  return inputs.dy.map((value, i) => (isNear(i) ? 0 : value));
}
const nearness = 2 ** -10;

/** The values before the activation, and the activation. */
interface Preactivation {
  definition: ActivationDefinition;
  /** The slope of element i for values below zero. */
  slope(i: number): number;
  z: Omit<Expected, 'bounds'> & {bounds: Bounds};
}

function preactivationOf(problem: FusedProblem, inputs: AllInputs): Preactivation {
  const {activation, leakyreluAlpha = defaultAlpha} = problem.epilogue;
  const [sum, at] = [convolutionSums(problem, inputs).forward, alongAxes(problem)];
  const {bias, slopes} = inputs;
  const added = (i: number) => (bias ? bias[at.bias(i)] : 0);
  const count = bias ? 1 : 0;
  const z = {
    shape: sum.shape,
    values: sum.values.map((value, i) => value + added(i)),
    magnitudes: sum.magnitudes.map((value, i) => value + Math.abs(added(i))),
    terms: sum.terms.map((terms) => terms + count),
    bounds: memoizeLast((arithmetic, {own}) =>
      sum.values.map((value, i) => {
        const terms = (own?.terms ?? sum.terms[i]) + count;
        const magnitude = (own?.magnitudes[i] ?? sum.magnitudes[i]) + Math.abs(added(i));
        const error = errorBound(terms, magnitude, arithmetic, value + added(i));
        return bias ? stored(error, value, arithmetic) : error;
      }),
    ),
  };
  const definition = activationDefinitions[activation];
  return {
    definition,
    slope: definition.operand === 'slopes' ? (i) => slopes![at.slopes(i)] : () => leakyreluAlpha,
    z,
  };
}

/** The expected y. */
function activated({definition: rule, slope, z}: Preactivation, steps: number, rounded: string | undefined): Expected {
  return {
    ...z,
    values: z.values.map((value, i) => rule.value(value, slope(i))),
    magnitudes: z.magnitudes.map((value, i) => value * rule.lipschitz(slope(i))),
    ...{steps, rounded},
    bounds: memoizeLast((arithmetic, owns) => {
      const errors = z.bounds(arithmetic, owns);
      return z.values.map((value, i) => {
        const e = errors[i];
        // The activation's rounding error is largest at one of the ends of [z − e, z + e].
        const made = Math.max(...[value - e, value + e].map((end) => rule.valueError(end, slope(i), arithmetic)));
        return stored(steepestNear(rule, value, e, slope(i)) * e + made, rule.value(value, slope(i)), arithmetic);
      });
    }),
  };
}

/** The largest |derivative| within e of z: an error of e in z grows by at most this factor. */
function steepestNear(rule: ActivationDefinition, z: number, e: number, slope: number): number {
  return rule.steepest?.(z, e) ?? rule.lipschitz(slope);
}

/** Computes ε, by how much each dy · act'(z) may err. */
function errorsOf(
  {epilogue}: FusedProblem,
  {definition: rule, slope, z}: Preactivation,
  dy: Float32Array,
  d: Float64Array,
): Bounds {
  return memoizeLast((arithmetic, owns) => {
    const errors = z.bounds(arithmetic, owns);
    const {unit, underflow} = arithmetic;
    return d.map((value, i) => {
      if (dy[i] === 0 || epilogue.activation === 'linear') return 0;
      const e = errors[i];
      const made = Math.max(...[-e, e].map((way) => rule.valueError(z.values[i] + way, slope(i), arithmetic)));
      const crossed = rule.kinks.some((kink) => Math.abs(z.values[i] - kink) <= e) ? rule.jump(slope(i)) : 0;
      const derivative =
        crossed + rule.derivativeError(steepestNear(rule, z.values[i], e, slope(i)) * e + made, arithmetic);
      const error = Math.abs(dy[i]) * derivative;
      const rounding = rule.roundings * unit * (1 + unit) * (Math.abs(value) + error);
      return stored(error + rounding + (rule.roundings > 0 ? underflow : 0), value, arithmetic);
    });
  });
}

/** Adds the error of storing the value. */
function stored(error: number, value: number, {storage}: Arithmetic): number {
  return storage ? error + storage.unit * (Math.abs(value) + error) + storage.underflow : error;
}

/** The terms whose sums are the gradient of a bias or of slopes. */
interface Terms {
  values: ArrayLike<number>;
  errors: Bounds;
  steps: number;
}

/** Sums the terms to a shape that was broadcast to y. */
function summed(problem: FusedProblem, shape: readonly number[], {values, errors, steps}: Terms): Expected {
  const at = broadcast(shape, outputShape(problem));
  const size = shape.reduce((product, length) => product * length, 1);
  const add = (value: (i: number) => number) => {
    const sum = new Float64Array(size);
    for (let i = 0; i < values.length; i++) sum[at(i)] += value(i);
    return sum;
  };
  const total = add((i) => values[i]);
  const terms = Uint32Array.from(add(() => 1));
  return {
    ...{values: total, terms, steps, magnitudes: add((i) => Math.abs(values[i]))},
    shape: [1, 1, 1, size],
    bounds: memoizeLast((arithmetic, owns) => {
      const epsilon = errors(arithmetic, owns);
      const reach = add((i) => Math.abs(values[i]) + epsilon[i]);
      return add((i) => epsilon[i]).map((error, i) => error + errorBound(terms[i], reach[i], arithmetic, total[i]));
    }),
  };
}

/** How many steps between possible values make 1, where the inputs are integers and fractions of them. */
function stepsOf(
  {epilogue}: FusedProblem,
  {filter, bias, slopes}: AllInputs,
): Record<'filter' | 'z' | 'slope' | 'd', number> {
  const {activation, leakyreluAlpha = defaultAlpha} = epilogue;
  const {operand} = activationDefinitions[activation];
  const own = operand === 'alpha' ? fraction([leakyreluAlpha]) : operand === 'slopes' ? fraction(slopes!) : 1;
  const ofFilter = fraction(filter);
  return {filter: ofFilter, z: Math.max(ofFilter, bias ? fraction(bias) : 1), slope: own, d: own};
}

/** The least power of two that turns all values into integers. If there is none, it is far beyond what is exact. */
function fraction(values: ArrayLike<number>): number {
  let steps = 1;
  for (let i = 0; i < values.length; i++) while (steps < 2 ** 60 && !Number.isInteger(values[i] * steps)) steps *= 2;
  return steps;
}

function whyRounded({epilogue: {activation}}: FusedProblem): string | undefined {
  return activationDefinitions[activation].isExact ? undefined : `${activation} rounds`;
}

function outputShape(problem: Problem): [number, number, number, number] {
  return [problem.batch, ...outputSize(problem), problem.outChannels];
}

/** For each element of y, the index of its bias and of its slope. */
function alongAxes(problem: FusedProblem): Record<keyof EpilogueInputs, (i: number) => number> {
  const {bias = [], slopes = []} = epilogueShapes(problem);
  const output = outputShape(problem);
  return {bias: broadcast(bias, output), slopes: broadcast(slopes, output)};
}

/** Maps each element of the whole to its element of the broadcast shape. */
function broadcast(shape: readonly number[], whole: readonly number[]): (i: number) => number {
  const padded = [...whole.map(() => 1), ...shape].slice(-whole.length);
  return (i) => {
    let [at, rest, pitch] = [0, i, 1];
    for (let axis = whole.length - 1; axis >= 0; axis--) {
      const along = rest % whole[axis];
      rest = Math.floor(rest / whole[axis]);
      if (padded[axis] > 1) at += along * pitch;
      pitch *= padded[axis];
    }
    return at;
  };
}

/** Remembers the bounds for the last arguments, because every element asks with the same ones. */
function memoizeLast(bounds: Bounds): Bounds {
  let last: {arithmetic: Arithmetic; own: unknown; ownOfForward: unknown; result: ArrayLike<number>} | undefined;
  return (arithmetic, owns) => {
    const {own, ownOfForward} = owns;
    if (last?.arithmetic === arithmetic && last.own === own && last.ownOfForward === ownOfForward) return last.result;
    last = {arithmetic, own, ownOfForward, result: bounds(arithmetic, owns)};
    return last.result;
  };
}
