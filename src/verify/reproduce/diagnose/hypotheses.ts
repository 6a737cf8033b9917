import type {Pass} from '../../../geometry/pass.js';
import {addressHypotheses, bitHypotheses} from './addressHypotheses.js';
import {borderHypotheses} from './borderHypotheses.js';
import {countHypotheses} from './countHypotheses.js';
import type {Hypothesis} from './hypothesis.js';
import {orderHypotheses} from './orderHypotheses.js';
import {padHypotheses} from './padHypotheses.js';
import {stepHypotheses} from './stepHypotheses.js';
import {valueHypotheses} from './valueHypotheses.js';

/** The catalogue of single mistakes, the likelier ones first. */
export const hypotheses: readonly Hypothesis[] = [
  ...padHypotheses,
  ...stepHypotheses,
  ...borderHypotheses,
  ...orderHypotheses,
  ...addressHypotheses,
  ...valueHypotheses,
  ...countHypotheses,
];

/** The mistakes that a pass can have. @param isLarge only mistakes about large tensors, on which the others take too long */
export function hypothesesOf(pass: Pass, isLarge: boolean): Hypothesis[] {
  const some = isLarge ? bitHypotheses : hypotheses;
  return some.filter(({passes}) => !passes || passes.includes(pass));
}
