import type {Progress} from '../verify/options/options.js';
import type {VerifyReport} from '../verify/report/report.js';
import type {VerifyResult} from '../verify/report/result.js';
import type {LoadedModules, SerializableOptions} from './loadModules.js';
import type {VerifyFlags} from './verifyFlags.js';

/** What the command line asks of the process that runs users' modules. */
export type ModuleRequest =
  | {ask: 'load'; options: VerifyFlags['options']; browser: string | undefined}
  | {ask: 'verify'; options: SerializableOptions}
  | {ask: 'abort'};

/** What that process says. */
export type ModuleAnswer =
  | {convgrad: 'loaded'; loaded: LoadedModules}
  | {convgrad: 'case'; results: VerifyResult[]; progress: Progress}
  | {convgrad: 'doing'; doing: string}
  | {convgrad: 'report'; report: VerifyReport}
  /** A request failed; the process goes on. */
  | {convgrad: 'failed'; error: FailedRequest}
  /** Nobody caught it; the process ends. */
  | {convgrad: 'crashed'; text: string};

/** An error without its class, which does not travel. */
export interface FailedRequest {
  message: string;
  /** Whose line is for users; a defect has its stack instead. */
  isForUsers: boolean;
}
