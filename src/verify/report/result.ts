import type {Pass} from '../../geometry/pass.js';
import type {Fill} from '../data/fill.js';
import type {OracleName} from '../oracles/index.js';
import type {Overflow, Verdict, Worst} from '../reference/compare.js';
import type {Heatmap} from './heatmap.js';

/** What one oracle says about one pass of one algorithm on one problem with one filling. */
export interface VerifyResult {
  /** The problem string. */
  problem: string;
  /** The problem's name for people, if it has one. */
  name?: string;
  backend: string;
  algorithm: string;
  pass: Pass;
  /** The oracle that judged; `device` if the GPU itself reported an error that nobody caught. */
  oracle: OracleName | 'device';
  fill: Fill;
  /** Where the tensors come from: one name, or one each for x, filter and dy. See `provenanceNames`. */
  provenance: string;
  status: Verdict['status'];
  /** Why the pass failed, was skipped or is vacuous. */
  reason?: string;
  worst?: Worst;
  /** The elements that went beyond the range of float16, as they had to. */
  overflow?: Overflow;
  /** Time of the pass, including the read of the result; `builtin` is there if that oracle ran. */
  milliseconds?: {ours: number; builtin?: number};
  /** A picture of the wrong values, at the first failure of each backend, algorithm and pass. It is not in the JSON. */
  heatmap?: Heatmap;
  /** The command that reproduces a failure in a new process. */
  replay?: string;
  /** An explanation of the failure, at the first failure of each algorithm and pass. */
  diagnosis?: Diagnosis;
}

/** The findings of a closer look at a failure. */
export interface Diagnosis {
  /** The whole diagnosis in sentences. */
  text: string;
  /** The mistakes that explain every element on every problem tried. There are several if no problem tells them apart. */
  hypothesis?: string[];
  /** What shows if the pass is called repeatedly, or with other data. */
  behaviour?: string;
  /** Which inputs must come from where they came from, for the pass to fail; absent if it fails with uploaded inputs too. */
  provenance?: string;
  /** The smallest problem found on which the same oracle rejects the same pass. */
  smallest: {problem: string; replay: string};
  /** If the smallest problem has an epilogue: how many results without one were right, and how many wrong. The same data are among them. */
  withoutEpilogue?: {right: number; wrong: number};
  /** The result for a single 1 in each input, on the smallest problem. `wrong` has a few of the wrong elements. */
  onehot?: {
    ones: Partial<Record<'x' | 'filter' | 'dy', number[]>>;
    wrong: {position: number[]; got: number; want: number}[];
  };
  /** What the wrong elements have in common, after a line that counts them. Empty if the values are right. */
  groups: string[];
}
