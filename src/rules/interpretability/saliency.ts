import type {Tensor, Tensor1D, Tensor2D} from '@tensorflow/tfjs-core';
import type {LayersModel} from '@tensorflow/tfjs-layers';
import {keysOf, refuseUnknown} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import {defaultTf, type Tf} from '../tfjs.js';
import {type RuleChoice, withRule} from '../withRule.js';

export interface SaliencyOptions {
  /** How gradients go back: 'exact', 'guided', 'deconvnet', 'lrp', or a rule of your own; by default 'exact'. */
  rule?: RuleChoice;
  /** The class whose output is explained, for all images or for each; by default the one with the largest output. */
  target?: number | readonly number[];
  tf?: Tf;
}

export const saliencyOptionNames = keysOf<SaliencyOptions>({rule: true, target: true, tf: true});

/**
 * What each input value contributes to a model's output: the gradient of the target's output with respect to x, under a rule. For
 * the rule 'lrp' it is relevance, whose sum is the output where layers have no bias.
 *
 * Give it the model up to its logits: softmax mixes the classes, and for LRP it has no meaning.
 *
 * @param x [batch, …], as the model takes it
 * @returns the shape of x
 * @throws ConvgradError if the model has no output [batch, classes], and on a target that is not one of its classes
 */
export function saliency<X extends Tensor>(model: LayersModel, x: X, options: SaliencyOptions = {}): X {
  refuseUnknown('saliency', options, saliencyOptionNames);
  const {rule = 'exact', target, tf = defaultTf} = options;
  return tf.tidy(() => {
    const outputs = model.predict(x) as Tensor;
    const chosen = oneHotTarget(tf, 'saliency', outputs, target);
    // LRP begins with the output itself as relevance.
    const start = isRelevance(rule) ? tf.mul(chosen, outputs) : chosen;
    const gradient = tf.grad((image) => model.apply(image) as Tensor);
    return withRule(rule, () => gradient(x, start), {tf}) as X;
  });
}

function isRelevance(rule: RuleChoice): boolean {
  if (typeof rule === 'string') return rule === 'lrp';
  return ('rule' in rule ? rule.rule.name : rule.name) === 'lrp';
}

/**
 * 1 for the target class of each image and 0 for the others, in the shape of the outputs.
 * @throws ConvgradError if the outputs are not [batch, classes], or a target is none of the classes
 */
export function oneHotTarget(tf: Tf, functionName: string, outputs: Tensor, target: SaliencyOptions['target']): Tensor {
  if (outputs?.rank !== 2) {
    throw new ConvgradError(
      functionName,
      `the model must have one output [batch, classes]; got ${outputs ? `[${outputs.shape}]` : 'none'}.`,
    );
  }
  const [batch, classes] = (outputs as Tensor2D).shape;
  if (target === undefined) return tf.cast(tf.oneHot(tf.argMax(outputs, 1) as Tensor1D, classes), 'float32');
  const asked = Array.from({length: batch}, (_, n) => (typeof target === 'number' ? target : target[n]));
  for (const one of asked) {
    if (Number.isInteger(one) && one >= 0 && one < classes) continue;
    throw new ConvgradError(
      functionName,
      `target must be a class from 0 to ${classes - 1} for each image; got ${one}.`,
    );
  }
  return tf.cast(tf.oneHot(tf.tensor1d(asked, 'int32'), classes), 'float32');
}
