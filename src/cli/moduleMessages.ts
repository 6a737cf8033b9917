import type {Progress} from '../verify/options.js';
import type {VerifyReport} from '../verify/report.js';
import type {VerifyResult} from '../verify/result.js';
import type {Loaded, SentOptions} from './loadModules.js';
import type {VerifyFlags} from './verifyFlags.js';

/** What the command line asks of the process that runs users' modules. */
export type Request =
  | {ask: 'load'; options: VerifyFlags['options']; browser: string | undefined}
  | {ask: 'verify'; options: SentOptions}
  | {ask: 'abort'};

/** What that process says. */
export type Answer =
  | {convgrad: 'loaded'; loaded: Loaded}
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
