import {flopsOf} from '../../geometry/pass.js';
import {formatProblem, problemInfo} from '../../geometry/problem.js';
import {cases as drawCases} from '../cases/index.js';
import {resolveOptions} from '../options.js';
import {type OracleName, oracles} from '../oracles/index.js';
import {verify} from '../verify.js';
import {algorithmName, defineMutant, type Mutant, mutants} from './index.js';

/** What became of one mutant. */
export interface Fate {
  mutant: string;
  wrong: string;
  /** The first problem on which each oracle rejected it, in the order of the catalogue of oracles. */
  killedBy: {oracle: OracleName; problem: string; name?: string}[];
}

export interface MutantScore {
  seed: number;
  planted: number;
  killed: number;
  /** How many mutants each oracle killed by itself. */
  oracles: Partial<Record<OracleName, number>>;
  fates: Fate[];
}

export interface ScoreOptions {
  seed?: number;
  /** Random problems beside the edge cases; 10 by default. */
  cases?: number;
  /** Problem strings instead of the small cases. */
  problems?: readonly string[];
  /** Problem strings for those who survive these, instead of the large cases. */
  hardProblems?: readonly string[];
  mutants?: readonly Mutant[];
  signal?: AbortSignal;
  onFate?(fate: Fate, done: number, total: number): void;
}

/** What a case may cost that every mutant is tried on; who survives those meets the large ones. */
const smallFlops = 20_000;

/**
 * Holds every mutant against every oracle on cpu, and counts. Vacuous or skipped results kill nobody.
 * @throws ConvgradError on a seed or a number of cases that is none
 */
export async function scoreMutants(options: ScoreOptions = {}): Promise<MutantScore> {
  const {mutants: planted = mutants} = options;
  const {seed, cases} = resolveOptions({seed: options.seed ?? 1, cases: options.cases ?? 10}, ['cpu']);
  const all = [...drawCases({seed, cases})].map(({problem}) => problem);
  const isSmall = (problem: (typeof all)[number]) => flopsOf(problemInfo(problem)) <= smallFlops;
  const small = options.problems ?? all.filter(isSmall).map(formatProblem);
  const large = options.hardProblems ?? all.filter((problem) => !isSmall(problem)).map(formatProblem);
  const fates: Fate[] = [];
  for (const mutant of planted) {
    if (options.signal?.aborted) break;
    let fate = await fateOf(mutant, small, seed);
    if (fate.killedBy.length === 0 && large.length > 0) fate = await fateOf(mutant, large, seed, true);
    fates.push(fate);
    options.onFate?.(fate, fates.length, planted.length);
  }
  const killedBy = (name: OracleName) =>
    fates.filter((fate) => fate.killedBy.some(({oracle}) => oracle === name)).length;
  return {
    seed,
    planted: fates.length,
    killed: fates.filter((fate) => fate.killedBy.length > 0).length,
    oracles: Object.fromEntries(oracles.map(({name}) => [name, killedBy(name)])),
    fates,
  };
}

async function fateOf(mutant: Mutant, problems: readonly string[], seed: number, bail = false): Promise<Fate> {
  const undo = defineMutant(mutant);
  try {
    const {results} = await verify({
      ...{seed, problems, bail, diagnose: false},
      ...{backends: ['cpu'], algorithms: [algorithmName(mutant)], passes: mutant.passes},
    });
    const killedBy = oracles.flatMap(({name: oracle}) => {
      const first = results.find((result) => result.oracle === oracle && result.status === 'failed');
      return first ? [{oracle, problem: first.problem, ...(first.name ? {name: first.name} : {})}] : [];
    });
    return {mutant: mutant.name, wrong: mutant.wrong, killedBy};
  } finally {
    undo();
  }
}
