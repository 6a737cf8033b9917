export {type Arithmetic, arithmeticOf, errorBound} from './bound.js';
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
export type {Verdict, Worst} from './compare.js';
export type {Coverage, PartHits} from './coverage.js';
export type {Fill} from './fill.js';
export type {Progress, ReportedOptions, Sabotage, VerifyOptions} from './options.js';
export type {OracleName} from './oracles/index.js';
export {type Inputs, reference, type Wanted} from './reference.js';
export type {Environment, VerifyReport, VerifySummary} from './report.js';
export {isGood} from './report.js';
export type {VerifyResult} from './result.js';
export type {ReportRow, SkipReason} from './tally.js';
export {verify} from './verify.js';
export type {SubjectAnswer, SubjectCall, VerifySubject} from './verifySubject.js';
