import {ConvgradError} from '../../geometry/error.js';
import {flopsOf} from '../../geometry/pass.js';
import {formatProblem, problemInfo} from '../../geometry/problem.js';
import {cases as drawCases} from '../cases/index.js';
import type {VerifyOptions} from '../options/options.js';
import {resolveOptions} from '../options/resolveOptions.js';
import {type OracleName, oracles} from '../oracles/index.js';
import {verify} from '../verify.js';
import {type AnyMutant, algorithmName, defineMutant, isOfFused, mutantsOn, passesOf} from './index.js';
import {mutantBackends} from './mutantBackends.js';

/** What became of one mutant. */
export interface MutantOutcome {
  mutant: string;
  wrong: string;
  /** The first problem on which each oracle rejected it, in the order of the catalogue of oracles. On a GPU of one case only: the first. */
  killedBy: {oracle: OracleName; problem: string; name?: string}[];
}

export interface MutantScore {
  backend: string;
  seed: number;
  planted: number;
  killed: number;
  /** How many mutants each oracle killed by itself; on a GPU as the first to do so, and only those that were. */
  oracles: Partial<Record<OracleName, number>>;
  outcomes: MutantOutcome[];
}

export interface ScoreOptions {
  /** `cpu` (default), `webgl` or `webgpu`. */
  backend?: string;
  seed?: number;
  /** Random problems beside the edge cases on cpu; 10 by default. */
  cases?: number;
  /** Problem strings instead of the small cases. */
  problems?: readonly string[];
  /** Problem strings for those who survive these, instead of the large cases. */
  hardProblems?: readonly string[];
  /** Problem strings for mistakes in what follows a fused convolution, instead of the few that are for them. */
  fusedProblems?: readonly string[];
  mutants?: readonly AnyMutant[];
  signal?: AbortSignal;
  onOutcome?(outcome: MutantOutcome, done: number, total: number): void;
}

/** What a case may cost that every mutant is tried on; who survives those meets the large ones. */
const smallFlops = 20_000;

/** For a GPU, where each case takes long: odd sizes everywhere, the same shapes with other pads, taps and steps without much in common. */
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
/** For mistakes in what follows a convolution: every activation, in either format and kind, on channels that are no multiple of four. */
const fusedProblems: readonly string[] = [
  'mb2ih5iw7ic3oc7kh3kw2-same-nhwc-bias-prelu',
  'mb2ih5iw7ic3oc7kh3kw2-same-nhwc-bias-leakyrelu0.25',
  'mb2ih5iw7ic3oc7kh3kw2-same-nhwc-bias-relu6',
  'mb2ih5iw6ic3oc7kh3kw2-same-nchw-bias',
  'mb2ih5iw7ic5oc7kh1kw1-valid-nhwc-bias-prelu',
  'mb2ih5iw7ic5oc7kh1kw1-valid-nhwc-bias-leakyrelu0.25',
  'mb2ih5iw7ic5oc7kh1kw1-valid-nhwc-bias-relu6',
  'mb2ih6iw9ic8oc8kh3kw3-same-nhwc-depthwise-bias-prelu',
  'mb2ih6iw9ic8oc8kh3kw3-same-nhwc-depthwise-bias-leakyrelu0.25',
  'mb2ih6iw9ic8oc8kh3kw3-same-nhwc-depthwise-bias-relu6',
  'mb2ih6iw9ic7oc7kh3kw3-same-nhwc-depthwise-bias-prelu',
  'mb2ih6iw9ic7oc7kh3kw3-same-nhwc-depthwise-bias-leakyrelu0.25',
  'mb2ih6iw9ic7oc7kh3kw3-same-nhwc-depthwise-bias-relu6',
  'ih13iw12ic40oc20kh3kw3-same-nhwc-bias-prelu',
  'ih13iw12ic40oc20kh3kw3-same-nhwc-bias-leakyrelu0.25',
  'ih13iw12ic40oc20kh3kw3-same-nhwc-bias-relu6',
  'mb2ih4iw5ic5oc5kh1kw1-valid-nhwc-relu',
  'mb2ih5iw6ic3oc7kh3kw2-same-nhwc-bias-elu',
  'mb2ih5iw6ic3oc7kh3kw2-same-nhwc-bias-sigmoid',
];
/** Beyond 2^16 pixels. */
const hardGpuProblems: readonly string[] = ['ih260iw257ic1oc1kh1kw1'];

/**
 * Holds every mutant of a backend against the oracles, and counts: on cpu against each of them, on a GPU until the first rejects it, the
 * reference on integers before the others; so too a mistake in what follows a fused convolution. Vacuous or skipped results kill nobody.
 *
 * @throws ConvgradError on a seed or a number of cases that is none, on a backend without mutants, and on a mutant that does not run
 */
export async function scoreMutants(options: ScoreOptions = {}): Promise<MutantScore> {
  const {backend = 'cpu', mutants = mutantsOn(backend), signal} = options;
  if (!mutantBackends.includes(backend)) {
    throw new ConvgradError('mutants', `there are none on backend '${backend}'; use ${mutantBackends.join(', ')}.`);
  }
  const {seed, cases} = resolveOptions({seed: options.seed ?? 1, cases: options.cases ?? 10}, [backend]);
  const {small, large} = backend === 'cpu' ? drawn(seed, cases) : {small: gpuProblems, large: hardGpuProblems};
  const easy = {problems: options.problems ?? small};
  const hard = {problems: options.hardProblems ?? large, bail: true};
  const exact = {oracles: ['reference'], fills: ['integers'], bail: true} as const;
  const tries: VerifyOptions[] =
    backend === 'cpu' ? [easy, hard] : [{...easy, ...exact}, {...hard, ...exact}, {...easy, bail: true}, hard];
  const outcomes: MutantOutcome[] = [];
  const fused = {problems: options.fusedProblems ?? fusedProblems};
  const triesOfFused: VerifyOptions[] = [
    {...fused, ...exact},
    {...fused, bail: true},
  ];
  for (const mutant of mutants) {
    if (signal?.aborted) break;
    const outcome = await outcomeOf(mutant, isOfFused(mutant) ? triesOfFused : tries, {backends: [backend], seed});
    outcomes.push(outcome);
    options.onOutcome?.(outcome, outcomes.length, mutants.length);
  }
  const asked = oracles.filter(({float16, backends}) => !float16 && !backends); // no run here is one of float16, or on a backend of its own
  const counts = asked.map(({name}): [OracleName, number] => [
    name,
    outcomes.filter((outcome) => outcome.killedBy.some(({oracle}) => oracle === name)).length,
  ]);
  return {
    backend,
    seed,
    planted: outcomes.length,
    killed: outcomes.filter((outcome) => outcome.killedBy.length > 0).length,
    oracles: Object.fromEntries(backend === 'cpu' ? counts : counts.filter(([, count]) => count > 0)),
    outcomes,
  };
}

/** What every oracle judges and takes little time, and the rest: what is large, and what the reference alone judges. */
function drawn(seed: number, cases: number): {small: string[]; large: string[]} {
  const all = drawCases({seed, cases}).map(({problem, oracles}) => ({
    problem: formatProblem(problem),
    isSmall: oracles === undefined && flopsOf(problemInfo(problem)) <= smallFlops,
  }));
  const those = (isSmall: boolean) => all.flatMap((one) => (one.isSmall === isSmall ? [one.problem] : []));
  return {small: those(true), large: those(false)};
}

/** One try after the other until somebody rejects it. */
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
      // No problems would mean all cases.
      if (killedBy.length > 0 || one.problems?.length === 0) continue;
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
  // Only a run that came to its end has a time. A mutant that throws is not wrong but broken.
  const thrown = failed.find(({milliseconds}) => milliseconds === undefined);
  if (thrown) throw new ConvgradError('mutants', `${thrown.algorithm} does not run: ${thrown.reason}`);
  return oracles.flatMap(({name: oracle}) => {
    const first = failed.find((result) => result.oracle === oracle);
    return first ? [{oracle, problem: first.problem, ...(first.name ? {name: first.name} : {})}] : [];
  });
}
