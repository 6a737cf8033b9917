import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import type {Verdict} from '../compare.js';
import type {Fill} from '../fill.js';
import type {Subject} from '../subject.js';

/** What an oracle says about a pass; with the time its own answer took, where that is worth knowing. */
export type Judgement = Verdict & {milliseconds?: number};

/** An independent source of the right answer. */
export interface Oracle {
  name: OracleName;
  /** True, or the reason why it cannot judge this pass of this problem on such data. */
  judges(problem: Problem, pass: Pass, fill: Fill): true | string;
  /** Judges the subject's result of the pass; may have it compute more. */
  judge(subject: Subject, pass: Pass): Promise<Judgement>;
}

/** `reference`: the definition in float64. `builtin`: the kernels of tfjs that convgrad replaced. */
export type OracleName = 'reference' | 'builtin';
