import type {Rank, Tensor, Tensor4D, Variable} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import {keysOf, refuseUnknown} from '../../geometry/didYouMean.js';
import {formatProblem, type Problem, problemAttributes, problemShapes} from '../../geometry/problem.js';
import {conv2d} from '../../plugin/conv2d.js';
import {depthwiseConv2d} from '../../plugin/depthwiseConv2d.js';
import {createRule} from '../../rules/createRule.js';
import {RandomTensors} from '../../rules/randomTensors.js';
import type {LayerKind, Rule, RuleOptions} from '../../rules/rule.js';
import type {RuleInUse} from '../../rules/ruleInUse.js';
import {withRule} from '../../rules/withRule.js';
import {convolutionProblem} from '../cases/randomProblem.js';

export interface VerifyRuleOptions {
  /** How many random problems; by default 200. Every fourth is a dense layer, the others are convolutions. */
  problems?: number;
  /** How many draws of each gradient; by default 64. */
  draws?: number;
  seed?: number;
  /** The rule's own options. */
  options?: RuleOptions;
}

/** The mean of one gradient over draws, beside the exact one, in one problem. */
export interface RuleResult {
  /** A line that replays the convolution, or the sizes of a dense layer. */
  problem: string;
  gradient: 'dX' | 'dFilter';
  /**
   * How many standard errors of the mean lie between the mean over draws and the exact gradient, along the worse of two directions: the
   * exact gradient, and a random one. 0 if they are equal up to rounding; infinite if they differ and all draws are the same.
   */
  standardErrors: number;
}

export interface RuleReport {
  rule: string;
  /** Whether the rule says that it has no bias. */
  claimsUnbiased: boolean;
  /** True if each mean lies within four standard errors of the exact gradient, in dX and dFilter. */
  isUnbiased: boolean;
  /** Whether the claim holds: the means are close, or the rule makes no claim. */
  passed: boolean;
  results: RuleResult[];
  /** The result that is furthest from the exact gradient. */
  worst: RuleResult;
  /** The number of results that show bias, by gradient. */
  biased: {dX: number; dFilter: number};
}

/** The number of standard errors from which on a mean is called biased. By chance, a mean lies further away once in 15,000 times. */
const limit = 4;

/**
 * Shows whether a rule has bias: over many draws, it compares the mean of dX and dFilter with the exact gradient, for the same dY, on random
 * problems on the active backend.
 * @param rule the name of a rule, or its definition
 * @throws ConvgradError on unknown options, and on a rule that serves no convolution and no dense layer
 */
export function verifyRule(rule: string | Rule, options: VerifyRuleOptions = {}): RuleReport {
  const known = keysOf<VerifyRuleOptions>({problems: true, draws: true, seed: true, options: true});
  refuseUnknown('verifyRule', options, known);
  const {problems = 200, draws = 64, seed = 1, options: ruleOptions = {}} = options;
  const inUse = createRule(rule, {...ruleOptions, seed});
  const isBiased = ({standardErrors}: RuleResult) => standardErrors > limit;
  const drawn = fc.sample(convolutionProblem, {seed, numRuns: problems});
  const results: RuleResult[] = [];
  try {
    for (const [i, problem] of drawn.entries()) {
      const layer = i % 4 === 3 ? denseLayer(problem, `${seed} ${i}`) : convolution(problem, `${seed} ${i}`);
      if ((inUse.rule.supports?.(layer.kind, inUse.options) ?? true) === true) {
        const found = (count: number) => measure(layer, inUse, count, `${seed} ${i}`);
        let own = found(draws);
        // An outcome that is rare may be missing from a few draws, and then they are all the same.
        if (inUse.rule.isUnbiased && own.some(isBiased) && !results.some(isBiased)) own = found(32 * draws);
        results.push(...own);
      }
      tf.dispose([layer.x, layer.filter]);
      inUse.dispose();
    }
  } finally {
    inUse.dispose();
  }
  const count = (name: string) => results.filter((one) => one.gradient === name && isBiased(one)).length;
  const isUnbiased = !results.some(isBiased);
  const claimsUnbiased = inUse.rule.isUnbiased === true;
  return {
    ...{rule: inUse.rule.name, claimsUnbiased, isUnbiased, passed: isUnbiased || !claimsUnbiased, results},
    worst: results.reduce((worst, one) => (one.standardErrors > worst.standardErrors ? one : worst)),
    biased: {dX: count('dX'), dFilter: count('dFilter')},
  };
}

/** One layer with random numbers. */
interface Layer {
  problem: string;
  kind: LayerKind;
  x: Tensor;
  filter: Variable;
  run(x: Tensor, filter: Tensor): Tensor;
}

function convolution(problem: Problem, seed: string): Layer {
  const random = new RandomTensors(tf, seed);
  const {xShape, filterShape} = problemShapes(problem);
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = problemAttributes(problem);
  const ask = problem.kind === 'depthwise' ? depthwiseConv2d : conv2d;
  return {
    problem: formatProblem(problem),
    kind: problem.kind === 'depthwise' ? 'depthwise' : 'conv2d',
    x: random.normal(xShape),
    filter: variable(random.normal(filterShape)),
    run: (image, weights) =>
      ask(image as Tensor4D, weights as Tensor4D, strides, pad, dataFormat, dilations, dimRoundingMode),
  };
}

/** Makes a variable of a tensor that nothing else needs. */
function variable(values: Tensor): Variable {
  const made = tf.variable(values);
  values.dispose();
  return made;
}

/** A dense layer whose sizes are taken from a problem. */
function denseLayer({inHeight: batch, inChannels: inputs, outChannels: outputs}: Problem, seed: string): Layer {
  const random = new RandomTensors(tf, seed);
  return {
    problem: `dense [${batch} × ${inputs}]·[${inputs} × ${outputs}]`,
    kind: 'dense',
    x: random.normal([batch, inputs]),
    filter: variable(random.normal([inputs, outputs])),
    run: (x, weights) => tf.matMul(x as Tensor<Rank.R2>, weights as Tensor<Rank.R2>),
  };
}

function measure({problem, x, filter, run}: Layer, rule: RuleInUse, draws: number, seed: string): RuleResult[] {
  const random = new RandomTensors(tf, `directions ${seed}`);
  const dy = tf.tidy(() => random.normal(run(x, filter).shape));
  const gradients = tf.grads((image, weights) => run(image, weights));
  const read = (with_: RuleInUse | string): Float32Array[] =>
    tf.tidy(() => withRule(with_, () => gradients([x, filter], dy)).map((one) => one.dataSync<'float32'>()) as never);
  const exact = read('exact');
  const all = Array.from({length: draws}, () => read(rule));
  const directions = exact.map(({length}) => tf.tidy(() => random.normal([length]).dataSync<'float32'>()));
  dy.dispose();
  return (['dX', 'dFilter'] as const).map((gradient, i) => {
    const direction = directions[i];
    const distances = [exact[i], direction].map((along) =>
      distance(
        exact[i],
        all.map((one) => one[i]),
        along,
      ),
    );
    return {problem, gradient, standardErrors: Math.max(...distances)};
  });
}

/** How far a mean may lie from the exact value by rounding alone, relative to the sum of the absolute terms. */
const roundingMargin = 1e-5;

/** The distance of the mean of the draws from the exact gradient along one direction, in standard errors of the mean. */
function distance(exact: Float32Array, draws: readonly Float32Array[], along: Float32Array): number {
  const project = (values: Float32Array) => values.reduce((sum, value, i) => sum + value * along[i], 0);
  const size = exact.reduce((sum, value, i) => sum + Math.abs(value * along[i]), 0);
  const values = draws.map(project);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const error = Math.max(0, Math.abs(mean - project(exact)) - roundingMargin * size);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return error === 0 ? 0 : error / Math.sqrt(variance / values.length);
}
