import {ConvgradError} from '../../src/geometry/error.js';
import {flopsOf} from '../../src/geometry/pass.js';
import {formatProblem, problemInfo} from '../../src/geometry/problem.js';
import {cases as drawCases} from '../../src/verify/cases/index.js';
import type {VerifyOptions} from '../../src/verify/options/options.js';
import {resolveOptions} from '../../src/verify/options/resolveOptions.js';
import {type OracleName, oracles} from '../../src/verify/oracles/index.js';
import {verify} from '../../src/verify/verify.js';
import {type AnyMutant, algorithmName, defineMutant, isOfFused, mutantBackends, mutantsOn, passesOf} from './index.js';

/** The outcome of one mutant. */
export interface MutantOutcome {
  mutant: string;
  wrong: string;
  /**
   * For each oracle that rejected the mutant, the first problem on which it did, in the order of the catalogue of oracles. Unless all
   * oracles were asked for, all are of one case: the first that was rejected.
   */
  killedBy: {oracle: OracleName; problem: string; name?: string; reason?: string}[];
}

export interface MutantScore {
  backend: string;
  seed: number;
  planted: number;
  killed: number;
  /** How many mutants each oracle killed. Unless all oracles were asked for, only those that were the first to kill one are listed. */
  oracles: Partial<Record<OracleName, number>>;
  outcomes: MutantOutcome[];
}

export interface ScoreOptions {
  /** `cpu` (default), `webgl` or `webgpu`. */
  backend?: string;
  seed?: number;
  /** Random problems in addition to the edge cases on cpu; 10 by default. */
  cases?: number;
  /** Problem strings instead of the small cases. */
  problems?: readonly string[];
  /** Problem strings for mutants that survive these, instead of the hard ones. */
  hardProblems?: readonly string[];
  /** Problem strings for mistakes in the epilogue, instead of the few built-in ones. */
  fusedProblems?: readonly string[];
  /** The oracles that judge; all by default. */
  oracles?: readonly OracleName[];
  /** Whether every oracle judges each of the small cases. By default the first rejection ends the search. */
  allOracles?: boolean;
  mutants?: readonly AnyMutant[];
  onOutcome?(outcome: MutantOutcome, done: number, total: number): void;
}

/** The same for mutants that are given by their names; none means all. */
export type NamedScoreOptions = Omit<ScoreOptions, 'mutants'> & {only: readonly string[]};

/** The most operations of a case that is drawn. Mutants that survive these cases are tried on the hard problems. */
const smallFlops = 20_000;

/**
 * The problems for a GPU, where each case takes long. They have odd sizes everywhere, the same shapes with other pads, and taps and steps
 * that have little in common.
 */
const gpuProblems: readonly string[] = [
  'mb2ih5iw7ic3oc5kh3kw2-pt2pb1pl0pr3',
  'mb2ih5iw7ic3oc5kh3kw2-pt1pb2pl3pr0',
  'mb2ih4iw5ic2oc3kh2kw3-p1-nchw',
  'ih6iw6ic2oc2kh3kw3sh2sw2dh3dw3-pt0pb6pl0pr6',
  'ih9iw8ic2oc3kh3kw3sh2sw2dh2dw2-same',
  'mb2ih5iw7ic3oc9kh3kw2-same-depthwise',
  'mb2ih5iw13ic7oc6kh3kw3-pt1pb0pl2pr1',
  'ih7iw13ic5oc7kh3kw3sh2sw3-same',
  'mb2ih5iw7ic7oc7kh3kw2-same-depthwise',
  'mb2ih7iw9ic5oc6kh3kw2-same',
  'mb2ih6iw9ic8oc8kh2kw4-same-depthwise',
  'ih7iw9ic8oc8kh3kw2sh2sw3-p1-depthwise',
  'mb2ih7iw9ic8oc12kh3kw3-pt1pb0pl2pr1',
  'mb2ih7iw9ic8oc12kh3kw3-pt0pb1pl1pr2',
  'ih13iw12ic40oc20kh3kw3-same',
  'mb2ih5iw8ic5oc5kh3kw3-same-depthwise',
  'mb2ih7iw9ic5oc5kh3kw3sh2sw2-p1-depthwise',
  'mb2ih5iw7ic5oc7kh1kw1',
  'mb2ih5iw9ic3oc5kh1kw1sh2sw2',
  'ih4iw7ic3oc5kh1kw1sh3sw3-p0-ceil',
  'mb2ih7iw9ic1oc5kh3kw2-same',
  'mb2ih5iw7ic6oc1kh2kw3-same',
];
/** The problems for mistakes in the epilogue: every activation, in either format and kind, on channels that are no multiple of four. */
const fusedProblems: readonly string[] = [
  'mb2ih5iw6ic3oc7kh3kw2-same-nchw-bias',
  ...[
    'mb2ih5iw7ic3oc7kh3kw2-same-nhwc',
    'mb2ih5iw7ic5oc7kh1kw1-valid-nhwc',
    'mb2ih6iw9ic8oc8kh3kw3-same-nhwc-depthwise',
    'mb2ih6iw9ic7oc7kh3kw3-same-nhwc-depthwise',
    'ih13iw12ic40oc20kh3kw3-same-nhwc',
  ].flatMap((sizes) => ['prelu', 'leakyrelu0.25', 'relu6', 'elu', 'sigmoid'].map((words) => `${sizes}-bias-${words}`)),
  'mb2ih4iw5ic5oc5kh1kw1-valid-nhwc-relu',
];
/** The problems for mistakes that show only in another layout, in a large tensor, or under a large pad, stride or dilation. */
const hardProblems: readonly string[] = [
  ...['mb2ih4iw5ic2oc3kh2kw3-p1-nchw', 'ih96iw175ic4oc1kh1kw1'],
  ...['mb5ih5iw6ic2oc3kh2kw2sh2sw2dh2dw2-same', 'ih3iw4ic2oc3kh1kw1-pt1pb0pl2pr0', 'ih2iw3ic1oc5kh1kw2-depthwise'],
  ...['ih10iw9ic2oc3kh9kw9-same', 'ih2iw2ic257oc257kh1kw1-depthwise', 'ih1iw2ic1oc257kh1kw1', 'ih260iw260ic1oc1kh1kw1'],
  ...['ih35iw2ic1oc2kh2kw1sh33', 'ih2iw259ic1oc2kh1kw2dw257', 'ih2iw3ic1oc2kh2kw2sh3-pt33pb0pl1pr33'],
];
/** The problems of more than 2^16 pixels. */
const hardGpuProblems: readonly string[] = ['ih260iw257ic1oc1kh1kw1'];

/**
 * Judges every mutant of a backend by the oracles, and counts. Vacuous or skipped results do not kill a mutant.
 *
 * @throws ConvgradError on an invalid seed or number of cases, on a backend without mutants, and on a mutant that does not run
 */
export async function scoreMutants(options: ScoreOptions = {}): Promise<MutantScore> {
  const {backend = 'cpu', mutants = mutantsOn(backend), allOracles = false} = options;
  if (!mutantBackends.includes(backend)) {
    throw new ConvgradError('mutants', `there are none on backend '${backend}'; use ${mutantBackends.join(', ')}.`);
  }
  const {seed, cases} = resolveOptions({seed: options.seed ?? 1, cases: options.cases ?? 10}, [backend]);
  const small = backend === 'cpu' ? drawn(seed, cases) : gpuProblems;
  const hard = backend === 'cpu' ? hardProblems : hardGpuProblems;
  const tries = triesOf([options.problems ?? small, options.hardProblems ?? hard], options);
  const triesOfFused = triesOf([options.fusedProblems ?? fusedProblems], options);
  const outcomes: MutantOutcome[] = [];
  for (const mutant of mutants) {
    const outcome = await outcomeOf(mutant, isOfFused(mutant) ? triesOfFused : tries, {backends: [backend], seed});
    outcomes.push(outcome);
    options.onOutcome?.(outcome, outcomes.length, mutants.length);
  }
  const asked = oracles.filter(({float16, isAbout}) => !float16 && !isAbout); // no run here uses float16 or a special backend
  const counts = asked.map(({name}): [OracleName, number] => [
    name,
    outcomes.filter((outcome) => outcome.killedBy.some(({oracle}) => oracle === name)).length,
  ]);
  return {
    backend,
    seed,
    planted: outcomes.length,
    killed: outcomes.filter((outcome) => outcome.killedBy.length > 0).length,
    oracles: Object.fromEntries(allOracles ? counts : counts.filter(([, count]) => count > 0)),
    outcomes,
  };
}

/** {@link scoreMutants} of those named mutants that the backend has. */
export function scoreNamed({only, ...options}: NamedScoreOptions): Promise<MutantScore> {
  if (only.length === 0) return scoreMutants(options);
  const mutants = mutantsOn(options.backend ?? 'cpu').filter(({name}) => only.includes(name));
  return scoreMutants({...options, mutants});
}

/** The edge cases and random problems that take little time. */
function drawn(seed: number, cases: number): string[] {
  return drawCases({seed, cases})
    .filter(({problem, oracles}) => oracles === undefined && flopsOf(problemInfo(problem)) <= smallFlops)
    .map(({problem}) => formatProblem(problem));
}

/**
 * The runs of `verify` that look for a rejection, one after the other. The reference on integers costs least and sees most, so it judges
 * before the others. No problems would mean all cases, so a list without problems has no run.
 */
function triesOf(lists: readonly (readonly string[])[], {oracles, allOracles = false}: ScoreOptions): VerifyOptions[] {
  const asked = lists
    .filter((problems) => problems.length > 0)
    .map((problems, i) => ({
      ...{problems, bail: !allOracles || i > 0},
      ...(oracles ? {oracles} : {}),
    }));
  if (oracles || allOracles) return asked;
  return [...asked.map((one) => ({...one, oracles: ['reference'], fills: ['integers']}) as const), ...asked];
}

/** Makes one try after the other until an oracle rejects the mutant. */
async function outcomeOf(
  mutant: AnyMutant,
  tries: readonly VerifyOptions[],
  about: VerifyOptions,
): Promise<MutantOutcome> {
  const {name, wrong} = mutant;
  const undo = defineMutant(mutant);
  try {
    let killedBy: MutantOutcome['killedBy'] = [];
    for (const one of tries) {
      if (killedBy.length > 0) break;
      killedBy = await killers({...about, ...one, algorithms: [algorithmName(mutant)], passes: passesOf(mutant)});
    }
    return {mutant: name, wrong, killedBy};
  } finally {
    undo();
  }
}

async function killers(options: VerifyOptions): Promise<MutantOutcome['killedBy']> {
  const {results} = await verify({...options, diagnose: false});
  const failed = results.filter(({status}) => status === 'failed');
  // Only a run that finished has a time. A mutant that throws is not wrong but broken.
  const thrown = failed.find(({milliseconds}) => milliseconds === undefined);
  if (thrown) throw new ConvgradError('mutants', `${thrown.algorithm} does not run: ${thrown.reason}`);
  return oracles.flatMap(({name: oracle}) => {
    const first = failed.find((result) => result.oracle === oracle);
    return first
      ? [{oracle, problem: first.problem, reason: first.reason, ...(first.name ? {name: first.name} : {})}]
      : [];
  });
}
