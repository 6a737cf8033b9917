/** How a gradient is judged: exactly, on small integers, or on the caller's own values up to an estimated error. */
export type Mode = 'integers' | 'real';

/**
 * What one comparison says. `kink`: the one-sided slopes differ, so f has no gradient there. `undecided`: finite differences are so coarse
 * that a change by an eighth of the typical gradient would not show.
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
  /** Coordinates compared one by one: all, or a random sample and those that directions led to. */
  checked: number;
  /** How many of them were decided, right or wrong. */
  decided: number;
  /**
   * Coordinates that the evidence covers, one by one or along directions: a change of the gradient of any one of them by an eighth of the
   * typical gradient would have shown.
   */
  covered: number;
  /** A common factor of all gradients would have shown if it were twice this far from 1; undefined where nothing was decided. */
  resolution?: number;
  /** The decided coordinate with the largest error against its tolerance. */
  worst?: CoordinateSlope;
  /** Coordinates whose gradient is wrong, those that directions led to included. */
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

/** What was found along a direction through many coordinates of one input. */
export interface DirectionReport extends Slope {
  input: number;
  status: Status;
}

/** One order of gradients. */
export interface OrderReport {
  /** True when nothing is wrong and the gradient of each input is decided: it has no advice. */
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
