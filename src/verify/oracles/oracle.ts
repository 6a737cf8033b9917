import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import type {Fill} from '../data/fill.js';
import type {Verdict} from '../reference/compare.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {Target} from '../run/target.js';

/** What an oracle says about a pass, with the time that its own answer took where that is worth knowing. */
export type Judgement = Verdict & {milliseconds?: number};

/** An independent source of the right answer. */
export interface Oracle {
  name: OracleName;
  /** The passes that it is about, and its fills. Elsewhere it has no question to ask, which counts neither as a skip nor as a judgement. */
  passes: readonly Pass[];
  fills: readonly Fill[];
  /** In a campaign on a GPU, it judges one problem in this many; each problem when absent. */
  oneInOnGpu?: number;
  /** Whether it has a question to ask about such a problem. If absent, it asks about convolutions without an epilogue, which are linear. */
  appliesTo?(problem: Problem): boolean;
  /** Whether it is about a backend; about all when absent. */
  isAbout?(backend: string): boolean;
  /**
   * In a campaign, it judges one large problem in this many; each problem when absent. Its questions about values hold for small problems
   * as well, and cost less there.
   */
  oneInLarge?: number;
  /** True if it is about float16 textures alone. */
  float16?: true;
  /**
   * In a campaign, it judges one of the algorithms that do a problem, because it makes the implementation compute much. The reference still
   * judges them all.
   */
  oneAlgorithm?: boolean;
  /** True, or the reason why it cannot judge this pass of this problem on such data. */
  judges(problem: Problem, pass: Pass, fill: Fill, target: Target): true | string;
  /** Judges the implementation's result of the pass. It may make the implementation compute more. */
  judge(implementation: ImplementationUnderTest, pass: Pass): Promise<Judgement>;
}

/**
 * `reference` is the definition in float64, and `builtin` the kernels of tfjs that convgrad replaced. Each of the others compares passes
 * with one another, or checks one further property.
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
  'growth',
  'zero',
  'values',
  'nonFinite',
  'epilogueNaN',
  'activation',
  'range',
  'bias',
  'epilogue',
  'maxPool',
] as const;
export type OracleName = (typeof oracleNames)[number];
