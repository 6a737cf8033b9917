export type {Verdict, Worst} from './compare.js';
export type {Fill} from './fill.js';
export type {Progress, ReportedOptions, Sabotage, VerifyOptions} from './options.js';
export type {OracleName} from './oracles/index.js';
export type {Environment, VerifyReport, VerifySummary} from './report.js';
export {isGood} from './report.js';
export type {VerifyResult} from './result.js';
export {verify} from './verify.js';
