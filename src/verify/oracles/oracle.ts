import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import type {Comparison, Got, Verdict} from '../compare.js';
import type {Trial} from '../trial.js';

/** What an oracle says about the result of a pass; with the time its own answer took, where that is worth knowing. */
export type Judge = (pass: Pass, got: Got, comparison: Omit<Comparison, 'other'>) => Verdict & {milliseconds?: number};

/** An independent source of the right answer. */
export interface Oracle {
  name: OracleName;
  /** True, or the reason why it cannot judge this pass of this problem. */
  judges(problem: Problem, pass: Pass): true | string;
  /** Works out its answers for the passes of one trial, once for all algorithms. */
  prepare(trial: Trial, passes: readonly Pass[]): Promise<Judge>;
}

/** `reference`: the definition in float64. `builtin`: the kernels of tfjs that convgrad replaced. */
export type OracleName = 'reference' | 'builtin';
