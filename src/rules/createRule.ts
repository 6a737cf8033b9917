import {findRule} from './catalogue.js';
import type {Rule, RuleOptions} from './rule.js';
import {RuleInUse} from './ruleInUse.js';

/**
 * Prepares a rule for use in one or more calls of `withRule`, between which it keeps its state. Dispose of it in the end.
 * @param rule its name, or its definition
 * @param options the rule's own options, and `seed` (an integer, by default 1), on which all its random numbers depend
 * @throws ConvgradError on an unknown rule or option
 */
export function createRule(rule: string | Rule, options: {seed?: number} & RuleOptions = {}): RuleInUse {
  return new RuleInUse(typeof rule === 'string' ? findRule('createRule', rule) : rule, options);
}
