/** How a gradient is judged: exactly, on small integers, or on the caller's own values up to an estimated error. */
export type Mode = 'integers' | 'real';

/**
 * What one comparison says. `kink`: the one-sided slopes differ, so f has no gradient there. `undecided`: finite differences are so coarse
 * that a change by an eighth of the typical gradient would not show.
 */
export type Status = 'right' | 'wrong' | 'kink' | 'undecided';

/** A slope along one direction: from the tape's gradient and from finite differences. */
export interface Slope {
  analytic: number;
  numeric: number;
  /** |analytic − numeric| */
  error: number;
  /** How far the finite difference may be off; 0 on integers. */
  tolerance: number;
}

/** A slope along one coordinate; `index` counts the elements of the input in row-major order. */
export interface CoordinateSlope extends Slope {
  index: number;
}

/** The findings about the gradient of one input. */
export interface InputReport {
  /** The position of the input among the arguments of f. */
  index: number;
  shape: readonly number[];
  /** The number of coordinates compared one by one: all of them, or a random sample and those that directions led to. */
  checked: number;
  /** How many of these were decided, right or wrong. */
  decided: number;
  /**
   * The number of coordinates that the evidence covers, one by one or along directions. A change of the gradient of any of them by an
   * eighth of the typical gradient would have shown.
   */
  covered: number;
  /** A common factor of all gradients would have shown if it were twice this far from 1. Undefined if nothing was decided. */
  resolution?: number;
  /** The decided coordinate with the largest error relative to its tolerance. */
  worst?: CoordinateSlope;
  /** Coordinates whose gradient is wrong, including those that directions led to. */
  wrong: CoordinateSlope[];
  /** Indices at which f is not differentiable. */
  kinks: number[];
  /** Indices where finite differences are too coarse to tell. */
  undecided: number[];
  /** How many outputs of f could not be used along any direction, since f bends too near. */
  leftOut: number;
  /** What to do about an input that is not decided. */
  advice?: string;
}

/** The findings along a direction through many coordinates of one input. */
export interface DirectionReport extends Slope {
  input: number;
  status: Status;
}

/** The findings about one order of gradients. */
export interface OrderReport {
  /** True when nothing is wrong and the gradient of each input is decided, so that none has advice. */
  passed: boolean;
  mode: Mode;
  /** The reason for this mode. */
  reason: string;
  inputs: InputReport[];
  directions: DirectionReport[];
  /** What prevented a comparison: a gradient throws, has another shape, or holds a NaN. */
  problems: string[];
}

/** What `checkGradients` found; plain data. */
export interface GradientReport extends OrderReport {
  seed: number;
  backend: string;
  /** The gradients of the gradients, if asked for. */
  secondOrder?: OrderReport;
  /** The report in words, for a terminal. */
  summary: string;
}
