/**
 * tfjs-convgrad/rules: backward passes that differ from the gradient on purpose, for any tfjs model.
 * @packageDocumentation
 */
export {defineRule, rules} from './catalogue.js';
export {createRule} from './createRule.js';
export {type PerSampleGradients, perSampleGradients} from './perSample/perSampleGradients.js';
export {type PrivacyOptions, privateGradients} from './perSample/privateGradients.js';
export type {ActivationCall, BiasCall, ExactPasses, LayerKind, Rule, RuleCall, RuleOptions, RuleState} from './rule.js';
export type {RuleInUse, SavedRule} from './ruleInUse.js';
export {type RuleChoice, withRule} from './withRule.js';
