import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import type {Fill} from '../data/fill.js';
import type {Verdict} from '../reference/compare.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {Target} from '../run/target.js';

/** What an oracle says about a pass; with the time its own answer took, where that is worth knowing. */
export type Judgement = Verdict & {milliseconds?: number};

/** An independent source of the right answer. */
export interface Oracle {
  name: OracleName;
  /** What it is about: elsewhere it has no question to ask, which is no more a skip than a judgement. */
  passes: readonly Pass[];
  fills: readonly Fill[];
  /** In a campaign on a GPU it judges one problem in this many; each when absent. */
  oneInOnGpu?: number;
  /** Whether it has a question to ask about such a problem. Absent, it asks about what is linear: convolutions without an epilogue. */
  appliesTo?(problem: Problem): boolean;
  /** The backends that it is about; all when absent. */
  backends?: readonly string[];
  /** In a campaign it judges one large problem in this many; each when absent. What it asks of values holds for small ones as well, and costs less there. */
  oneInLarge?: number;
  /** It is about float16 textures alone. */
  float16?: true;
  /** In a campaign it judges one of the algorithms that do a problem: it has the implementation compute much, and the reference judges them all. */
  oneAlgorithm?: boolean;
  /** True, or the reason why it cannot judge this pass of this problem on such data. */
  judges(problem: Problem, pass: Pass, fill: Fill, target: Target): true | string;
  /** Judges the implementation's result of the pass; may have it compute more. */
  judge(implementation: ImplementationUnderTest, pass: Pass): Promise<Judgement>;
}

/**
 * `reference`: the definition in float64. `builtin`: the kernels of tfjs that convgrad replaced. The others need no right answer: they
 * hold passes against one another, or a pass against what every convolution must do.
 */
export const oracleNames = [
  'reference',
  'builtin',
  'finiteDifferences',
  'adjoint',
  'taylor',
  'secondOrder',
  'purity',
  'determinism',
  'sequence',
  'spelling',
  'poison',
  'zero',
  'values',
  'nonFinite',
  'epilogueNaN',
  'range',
  'bias',
  'epilogue',
  'maxPool',
] as const;
export type OracleName = (typeof oracleNames)[number];
