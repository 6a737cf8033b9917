import type {Progress} from '../verify/options/options.js';
import type {VerifyReport} from '../verify/report/report.js';
import type {VerifyResult} from '../verify/report/result.js';
import type {LoadedModules, SerializableOptions} from './loadModules.js';
import type {VerifyFlags} from './verifyFlags.js';

/** The requests of the command line to the process that runs users' modules. */
export type ModuleRequest =
  | {ask: 'load'; options: VerifyFlags['options']; browser: string | undefined}
  | {ask: 'verify'; options: SerializableOptions}
  | {ask: 'abort'};

/** The answers of that process. */
export type ModuleAnswer =
  | {convgrad: 'loaded'; loaded: LoadedModules}
  | {convgrad: 'case'; results: VerifyResult[]; progress: Progress}
  | {convgrad: 'doing'; doing: string}
  | {convgrad: 'report'; report: VerifyReport}
  /** A request failed; the process goes on. */
  | {convgrad: 'failed'; error: FailedRequest}
  /** An error that nobody caught; the process ends. */
  | {convgrad: 'crashed'; text: string};

/** An error without its class, which a message cannot carry. */
export interface FailedRequest {
  message: string;
  /** Whether the message is for users. For a defect, it contains the stack instead. */
  isForUsers: boolean;
}
