/**
 * tfjs-convgrad/rules: backward passes that differ from the gradient on purpose, for any tfjs model.
 * @packageDocumentation
 */
export {defineRule, rules} from './catalogue.js';
export {createRule} from './createRule.js';
export {gradCam} from './interpretability/gradCam.js';
export {type SaliencyOptions, saliency} from './interpretability/saliency.js';
export {type PerSampleGradients, perSampleGradients} from './perSample/perSampleGradients.js';
export {type PrivacyOptions, privateGradients} from './perSample/privateGradients.js';
export type {RandomTensors} from './randomTensors.js';
export type {ActivationCall, BiasCall, ExactPasses, LayerKind, Rule, RuleCall, RuleOptions, RuleState} from './rule.js';
export type {RuleInUse, SavedRule} from './ruleInUse.js';
export type {Comparison} from './shadow/compare.js';
export {
  type Shadow,
  type ShadowLayer,
  type ShadowMetric,
  type ShadowOptions,
  type ShadowStep,
  shadow,
  shadowCsv,
  shadowCsvHeader,
} from './shadow/shadow.js';
export type {Tf} from './tfjs.js';
export {type RuleChoice, withRule} from './withRule.js';
