import {keysOf, refuseUnknown} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import type {Comparison} from './compare.js';

/** What {@link shadow} computes beside each layer. */
export type ShadowMetric = 'local' | 'endToEnd' | 'weights' | 'cka';

const allMetrics: readonly ShadowMetric[] = ['local', 'endToEnd', 'weights', 'cka'];

export interface ShadowOptions {
  /** Every how many steps; by default each. */
  every?: number;
  /** The layers, by name, path or pattern, as in `withRule`; by default all that a rule serves. */
  layers?: readonly string[];
  /** By default all. */
  metrics?: readonly ShadowMetric[];
  /** How many draws of dFilter are compared for bias and variance; by default none. */
  draws?: number;
  /** Gets the results of a step when the step is over. */
  onStep(step: ShadowStep): void;
}

/** The rule beside the exact gradient in one layer. */
export interface ShadowLayer {
  layer: string;
  rule: string;
  /** For the same dY: what the rule makes of it in this one layer. */
  local?: {dX?: Comparison; dFilter?: Comparison};
  /** Against the backward pass that is exact in all layers. */
  endToEnd?: {dY: Comparison; dFilter?: Comparison};
  /** The angle between the feedback weights B and the filter, in degrees, for rules that keep such weights. */
  weightAngle?: number;
  /** The linear centred kernel alignment of the rule's dY and the exact one. */
  cka?: number;
  /** Over draws of dFilter for the same dY. */
  draws?: {
    count: number;
    /** The norm of the mean's error, over that of the exact dFilter. The part that the number of draws explains is taken off. */
    bias: number;
    /** The mean squared distance from the mean, over the squared norm of the exact dFilter. */
    variance: number;
    /** The same over the variance that the choice of the batch gives the exact dFilter; the batch's examples estimate it. */
    varianceOverSgd: number;
  };
}

export interface ShadowStep {
  step: number;
  /** In the order of the backward pass: the last layer first. */
  layers: ShadowLayer[];
}

/** Settings that {@link shadow} has checked, for the `shadow` option of `withRule`. */
export interface Shadow {
  readonly every: number;
  readonly layers: readonly string[];
  readonly metrics: ReadonlySet<ShadowMetric>;
  readonly draws: number;
  /** How many steps there have been, compared or not. */
  steps: number;
  onStep(step: ShadowStep): void;
}

/**
 * Compares rules with the exact gradient while they train: `withRule(rules, fn, {shadow: shadow({onStep})})`. The training goes
 * on as the rule says. A step with all metrics costs at most one exact backward pass more, and `draws` passes of dFilter.
 * @throws ConvgradError on unknown options and metrics
 */
export function shadow(options: ShadowOptions): Shadow {
  const known = keysOf<ShadowOptions>({every: true, layers: true, metrics: true, draws: true, onStep: true});
  refuseUnknown('shadow', options, known);
  const {every = 1, layers = ['*'], metrics = allMetrics, draws = 0, onStep} = options;
  const fail = (problem: string): never => {
    throw new ConvgradError('shadow', problem);
  };
  if (!Number.isInteger(every) || every < 1) fail(`every must be an integer from 1; got ${String(every)}.`);
  if (!Number.isInteger(draws) || draws < 0 || draws === 1) fail(`draws must be 0 or an integer from 2; got ${draws}.`);
  const strange = metrics.find((metric) => !allMetrics.includes(metric));
  if (strange !== undefined) fail(`unknown metric '${strange}'; use ${allMetrics.join(', ')}.`);
  if (typeof onStep !== 'function') fail('onStep must be a function; it gets the results of each step.');
  return {every, layers, metrics: new Set(metrics), draws, steps: 0, onStep};
}

const columns: readonly (readonly [string, (layer: ShadowLayer) => unknown])[] = [
  ['layer', ({layer}) => layer],
  ['rule', ({rule}) => rule],
  ...(['dX', 'dFilter'] as const).flatMap((name) => comparisonColumns(`local ${name}`, ({local}) => local?.[name])),
  ...(['dY', 'dFilter'] as const).flatMap((name) =>
    comparisonColumns(`end to end ${name}`, ({endToEnd}) => endToEnd?.[name]),
  ),
  ['weight angle', ({weightAngle}) => weightAngle],
  ['cka', ({cka}) => cka],
  ['bias', ({draws}) => draws?.bias],
  ['variance', ({draws}) => draws?.variance],
  ['variance over sgd', ({draws}) => draws?.varianceOverSgd],
];

function comparisonColumns(name: string, find: (layer: ShadowLayer) => Comparison | undefined) {
  return (['angle', 'normRatio', 'signAgreement'] as const).map(
    (key) => [`${name} ${key}`, (layer: ShadowLayer) => find(layer)?.[key]] as const,
  );
}

/** The first line of a table of steps as CSV. */
export const shadowCsvHeader: string = ['step', ...columns.map(([name]) => name)].join(',');

/** The lines of one step as CSV, one for each layer. */
export function shadowCsv({step, layers}: ShadowStep): string {
  const cell = (value: unknown) => (typeof value === 'string' && /[",\n]/.test(value) ? JSON.stringify(value) : value);
  return layers.map((layer) => [step, ...columns.map(([, of]) => cell(of(layer) ?? ''))].join(',')).join('\n');
}
