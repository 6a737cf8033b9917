import type {Pass} from '../geometry/pass.js';
import type {Verdict, Worst} from './compare.js';
import type {Fill} from './fill.js';
import type {OracleName} from './oracles/index.js';

/** What one oracle says about one pass of one algorithm on one problem with one filling. */
export interface VerifyResult {
  /** The problem string. */
  problem: string;
  /** The problem's name for humans, where it has one. */
  name?: string;
  backend: string;
  algorithm: string;
  pass: Pass;
  oracle: OracleName;
  fill: Fill;
  status: Verdict['status'];
  /** Why it failed, was skipped or is vacuous. */
  reason?: string;
  worst?: Worst;
  /** Time of the pass with the result read back; `builtin` where that oracle ran. */
  milliseconds?: {ours: number; builtin?: number};
  /** The command that reproduces a failure in a new process. */
  replay?: string;
}
