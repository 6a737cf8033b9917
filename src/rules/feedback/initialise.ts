import type {Tensor} from '@tensorflow/tfjs-core';
import type {RuleCall} from '../rule.js';

/**
 * The standard deviation of Xavier's initialisation, √(2 / (fanIn + fanOut)), for weights of this shape. A fan is the number of
 * inputs or outputs times the size of the filter's window.
 */
export function xavierDeviation({kind, filter}: Pick<RuleCall, 'kind' | 'filter'>): number {
  const window = filter.shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const [inputs, outputs] = filter.shape.slice(-2);
  return Math.sqrt(2 / (window * (kind === 'depthwise' ? 1 + outputs : inputs + outputs)));
}

/** Random feedback weights in the filter's shape. */
export function randomFeedback(call: Pick<RuleCall, 'kind' | 'filter' | 'random'>): Tensor {
  return call.random.normal(call.filter.shape, xavierDeviation(call));
}
