import type {Pass} from '../../../geometry/pass.js';
import {addressHypotheses, bitHypotheses} from './addressHypotheses.js';
import {borderHypotheses} from './borderHypotheses.js';
import {countHypotheses} from './countHypotheses.js';
import type {Hypothesis} from './hypothesis.js';
import {orderHypotheses} from './orderHypotheses.js';
import {padHypotheses} from './padHypotheses.js';
import {stepHypotheses} from './stepHypotheses.js';
import {valueHypotheses} from './valueHypotheses.js';

/** The catalogue: single mistakes, the likelier ones first. */
export const hypotheses: readonly Hypothesis[] = [
  ...padHypotheses,
  ...stepHypotheses,
  ...borderHypotheses,
  ...orderHypotheses,
  ...addressHypotheses,
  ...valueHypotheses,
  ...countHypotheses,
];

/** Those that a pass can suffer from. @param isLarge of large tensors alone, on which the others take too long */
export function hypothesesOf(pass: Pass, isLarge: boolean): Hypothesis[] {
  const some = isLarge ? bitHypotheses : hypotheses;
  return some.filter(({passes}) => !passes || passes.includes(pass));
}
