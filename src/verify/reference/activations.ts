import type {Arithmetic} from '../../backends/arithmetic.js';
import type {Activation} from '../../geometry/activations.js';

/**
 * One activation from its definition, in float64, and what is known of its errors. `slope` is prelu's or leakyrelu's slope below zero; the
 * other activations ignore it. At a kink the derivative is that of one side.
 */
export interface ActivationDefinition {
  value(z: number, slope: number): number;
  derivative(z: number, slope: number): number;
  /** Where the slope comes from: a tensor, or a number. */
  operand?: 'slopes' | 'alpha';
  /** Where the derivative jumps. */
  kinks: readonly number[];
  /** The size of the jump at a kink. */
  jump(slope: number): number;
  /** The largest |derivative|. An error of z grows by at most this factor. */
  lipschitz(slope: number): number;
  /** The largest |derivative| within e of z, where that says more. */
  steepest?(z: number, e: number): number;
  /** The largest error of the backend's value for an exact z. */
  valueError(z: number, slope: number, arithmetic: Arithmetic): number;
  /**
   * The largest error of the backend's derivative where its value errs by e, apart from kinks. tfjs computes the derivative from the value.
   */
  derivativeError(e: number, arithmetic: Arithmetic): number;
  /** The number of roundings in dy · derivative. */
  roundings: number;
  /** Whether values and gradients are fractions of integers where z, the slopes and dy are. */
  isExact: boolean;
}

/** Below this a backend's exp may return zero. */
const subnormal = 2 ** -126;

const none = () => 0;
const one = () => 1;
/** Piecewise linear activations round nothing but a product with the slope. */
const exact = {valueError: none, derivativeError: none, isExact: true};
const sloped = {
  value: (z: number, slope: number) => (z < 0 ? slope * z : z),
  derivative: (z: number, slope: number) => (z < 0 ? slope : 1),
  ...{kinks: [0], jump: (slope: number) => Math.abs(1 - slope)},
  lipschitz: (slope: number) => Math.max(1, Math.abs(slope)),
  ...exact,
};

/** The definition of each activation. */
export const activationDefinitions: Readonly<Record<Activation, ActivationDefinition>> = {
  linear: {value: (z) => z, derivative: one, kinks: [], jump: none, lipschitz: one, ...exact, roundings: 0},
  relu: {
    value: (z) => Math.max(0, z),
    derivative: (z) => (z > 0 ? 1 : 0),
    ...{kinks: [0], jump: one, lipschitz: one, ...exact, roundings: 0},
  },
  relu6: {
    value: (z) => Math.min(6, Math.max(0, z)),
    derivative: (z) => (z > 0 && z < 6 ? 1 : 0),
    ...{kinks: [0, 6], jump: one, lipschitz: one, ...exact, roundings: 0},
  },
  prelu: {
    ...sloped,
    operand: 'slopes',
    valueError: (z, slope, {unit, underflow}) => unit * Math.abs(slope * z) + underflow,
    roundings: 1,
  },
  // The slope itself is also rounded where it is passed as a float32.
  leakyrelu: {
    ...sloped,
    operand: 'alpha',
    valueError: (z, slope, {unit, underflow}) => 2 * unit * (1 + unit) * Math.abs(slope * z) + underflow,
    roundings: 2,
  },
  elu: {
    value: (z) => (z < 0 ? Math.expm1(z) : z),
    derivative: (z) => (z < 0 ? Math.exp(z) : 1),
    ...{kinks: [], jump: none, lipschitz: one},
    steepest: (z, e) => Math.exp(Math.min(0, z + e)),
    // exp(z) − 1 < 0 for z < 0.
    valueError: (z, _, {unit, exponential}) =>
      z < 0 ? exponential(z) * Math.exp(z) * (1 + unit) + unit * -Math.expm1(z) + subnormal : 0,
    // y + 1 = exp(z).
    derivativeError: (e, {unit}) => e + unit * (1 + e),
    ...{roundings: 1, isExact: false},
  },
  sigmoid: {
    value: sigmoid,
    derivative: (z) => sigmoid(z) * sigmoid(-z),
    ...{kinks: [], jump: none, lipschitz: () => 1 / 4},
    steepest(z, e) {
      const least = Math.max(0, Math.abs(z) - e);
      return sigmoid(least) * sigmoid(-least);
    },
    // The value is s = 1 / (1 + exp(−z)). A relative error δ of exp(−z) becomes an error δ·s·(1 − s). A sum and a quotient follow, which
    // GPUs compute within 2.5 ulp.
    valueError: (z, _, {unit, exponential}) =>
      (exponential(z) * sigmoid(z) * sigmoid(-z) + 4 * unit * sigmoid(z)) * (1 + 8 * unit) + subnormal,
    // y · (1 − y) is at most 1/4, and |1 − 2y| ≤ 1.
    derivativeError: (e, {unit}) => e + e * e + 3 * unit,
    ...{roundings: 1, isExact: false},
  },
};

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
