import type {Rule} from '../rule.js';
import {randomFeedback} from './initialise.js';

/**
 * Feedback alignment.
 *
 *     dX = backpropInput(dy, B)     B ~ N(0, Xavier), fixed
 *
 * Changes dX. dFilter and dBias are exact for the dy that arrives. Costs what the gradient costs. State: B, in the filter's shape.
 */
export const fa: Rule = {
  name: 'fa',
  title: 'Feedback alignment',
  source: 'https://doi.org/10.1038/ncomms13276',
  createState: (call) => ({B: randomFeedback(call)}),
  backpropInput: ({dy, state, exact}) => exact.backpropInput(dy, state['B']),
};
