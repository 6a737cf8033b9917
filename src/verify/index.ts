export type {Arithmetic} from '../backends/arithmetic.js';
export {arithmeticOf} from '../backends/index.js';
export {assertGradients, GradientError} from './checkGradients/assertGradients.js';
export {checkGradients, type FunctionOf, type GradientInputs} from './checkGradients/checkGradients.js';
export type {
  CoordinateSlope,
  DirectionReport,
  GradientReport,
  InputReport,
  OrderReport,
  Slope,
} from './checkGradients/gradientReport.js';
export type {GradientOptions} from './checkGradients/options.js';
export type {Fill} from './data/fill.js';
export type {Progress, ReportedOptions, VerifyOptions} from './options/options.js';
export type {OracleName} from './oracles/index.js';
export type {CounterHits, Coverage} from './proof/coverage.js';
export {errorBound} from './reference/bound.js';
export type {Verdict, Worst} from './reference/compare.js';
export {type AllInputs, type Expected, type Inputs, reference} from './reference/reference.js';
export type {Environment, VerifyReport, VerifySummary} from './report/report.js';
export {isGood} from './report/report.js';
export type {VerifyResult} from './report/result.js';
export type {ReportRow, SkipReason} from './report/tally.js';
export {type RuleReport, type RuleResult, type VerifyRuleOptions, verifyRule} from './rules/verifyRule.js';
export type {SubjectAnswer, SubjectCall, VerifySubject} from './subject/verifySubject.js';
export {verify} from './verify.js';
