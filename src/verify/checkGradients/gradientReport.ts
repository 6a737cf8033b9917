/** How a gradient is judged: exactly, on small integers, or on the caller's own values up to an estimated error. */
export type Mode = 'integers' | 'real';

/**
 * What one comparison says. `kink`: the one-sided slopes differ, so f has no gradient there. `undecided`: the finite difference is too
 * coarse to tell a gradient from one that is a thousandth off.
 */
export type Status = 'right' | 'wrong' | 'kink' | 'undecided';

/** A gradient along one direction, as the tape and as finite differences have it. */
export interface Slope {
  analytic: number;
  numeric: number;
  /** |analytic − numeric| */
  error: number;
  /** What the finite difference may be off by; 0 on integers. */
  tolerance: number;
}

/** A slope along one coordinate; `index` counts the elements of the input in row-major order. */
export interface CoordinateSlope extends Slope {
  index: number;
}

/** What was found out about the gradient of one input. */
export interface InputReport {
  /** Which input. */
  index: number;
  shape: readonly number[];
  /** Coordinates compared one by one: all, or a sample and those with the largest gradient. */
  checked: number;
  /** How many of them were decided, right or wrong. */
  decided: number;
  /** The decided coordinate with the largest error against its tolerance. */
  worst?: CoordinateSlope;
  /** Coordinates whose gradient is wrong, those that directions led to included. */
  wrong: CoordinateSlope[];
  /** Indices at which f is not differentiable. */
  kinks: number[];
  /** Indices where finite differences are too coarse to tell. */
  undecided: number[];
}

/** What was found along a direction through many coordinates of one input. */
export interface DirectionReport extends Slope {
  input: number;
  status: Status;
}

/** One order of gradients. */
export interface OrderReport {
  /** True when everything decided is right, and something was decided for each input. */
  passed: boolean;
  mode: Mode;
  /** Why this mode. */
  reason: string;
  inputs: InputReport[];
  directions: DirectionReport[];
  /** What kept a gradient from being compared: it throws, has another shape, holds a NaN. */
  problems: string[];
}

/** What `checkGradients` found; plain data. */
export interface GradientReport extends OrderReport {
  seed: number;
  backend: string;
  /** Gradients of the gradients, when asked for. */
  secondOrder?: OrderReport;
  /** The report in words, for a terminal. */
  summary: string;
}
