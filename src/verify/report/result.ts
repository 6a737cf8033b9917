import type {Pass} from '../../geometry/pass.js';
import type {Fill} from '../data/fill.js';
import type {OracleName} from '../oracles/index.js';
import type {Overflow, Verdict, Worst} from '../reference/compare.js';
import type {Heatmap} from './heatmap.js';

/** What one oracle says about one pass of one algorithm on one problem with one filling. */
export interface VerifyResult {
  /** The problem string. */
  problem: string;
  /** The problem's name for humans, where it has one. */
  name?: string;
  backend: string;
  algorithm: string;
  pass: Pass;
  /** Who judged; `device` where the GPU itself reported an error that nobody caught. */
  oracle: OracleName | 'device';
  fill: Fill;
  /** Where the tensors come from: one name, or those of x, filter and dy. See `provenanceNames`. */
  provenance: string;
  status: Verdict['status'];
  /** Why it failed, was skipped or is vacuous. */
  reason?: string;
  worst?: Worst;
  /** What went beyond the range of float16, as it had to. */
  overflow?: Overflow;
  /** Time of the pass with the result read back; `builtin` where that oracle ran. */
  milliseconds?: {ours: number; builtin?: number};
  /** What the wrong values look like, at the first failure of each backend, algorithm and pass. Not in the JSON. */
  heatmap?: Heatmap;
  /** The command that reproduces a failure in a new process. */
  replay?: string;
  /** What is wrong, at the first failure of each algorithm and pass. */
  diagnosis?: Diagnosis;
}

/** What a closer look at a failure found. */
export interface Diagnosis {
  /** All of it in sentences. */
  text: string;
  /** The mistakes that explain every element on every problem tried: more than one when no problem tells them apart. */
  hypothesis?: string[];
  /** What shows when the pass is called repeatedly, or with other data. */
  behaviour?: string;
  /** The smallest problem found on which the same oracle rejects the same pass. */
  smallest: {problem: string; replay: string};
  /** A single 1 in each input, on the smallest problem; `wrong` has a few of the elements that are wrong then. */
  onehot?: {
    ones: Partial<Record<'x' | 'filter' | 'dy', number[]>>;
    wrong: {position: number[]; got: number; want: number}[];
  };
  /** What the wrong elements have in common, after a line that counts them; empty when the values are right. */
  groups: string[];
}
