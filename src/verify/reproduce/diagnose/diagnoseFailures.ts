import {arithmeticOf} from '../../../backends/index.js';
import {type Problem, parseProblem} from '../../../geometry/problem.js';
import {makeTestVector} from '../../data/testVector.js';
import type {ReportedOptions, Rerun} from '../../options/options.js';
import {oracles} from '../../oracles/index.js';
import {parseProvenance, realizable} from '../../provenance/provenance.js';
import type {Diagnosis, VerifyResult} from '../../report/result.js';
import type {Target} from '../../run/target.js';
import {commandLine, recentWords, replayLine, replayWords, runWords} from '../replay.js';
import {describeSequence} from './describe.js';
import {diagnose, failsLike} from './diagnose.js';
import type {FailedPass} from './observe.js';
import {timeLimits} from './timeLimits.js';

/** The most diagnoses in a run. With more broken passes than this, the first one is enough to look at. */
const mostDiagnoses = 6;

/**
 * Diagnoses the first failure of each algorithm and pass, up to a few in a run, while the failed kernels are available. Wrong values say
 * more than side effects, so they are diagnosed even if a side effect came first.
 */
export class FailureDiagnoser {
  private readonly seen = new Set<string>();
  private spent = 0;
  private waited = 0;
  /** The problems so far, in the order in which they ran. */
  private readonly problems: string[] = [];
  /** The commands that show failures which depend on earlier calls, by backend, algorithm and pass. */
  private readonly sequences = new Map<string, string>();

  /** @param command how replay lines begin */
  constructor(
    private readonly options: ReportedOptions,
    private readonly command: string,
    private readonly rerun?: Rerun,
  ) {}

  /** Adds diagnoses to the results of one case. @param select makes a target the one that tfjs's kernels run */
  async diagnoseFailures(
    found: readonly VerifyResult[],
    targets: readonly Target[],
    select: (target: Target) => void,
  ): Promise<void> {
    const [first] = found;
    if (first && this.problems.at(-1) !== first.problem) this.problems.push(first.problem);
    const failures = found.filter(({status, oracle}) => status === 'failed' && oracle !== 'device');
    // The catalogue of oracles begins with the one that says most: which values are wrong, and by how much.
    failures.sort((a, b) => rankOf(a) - rankOf(b));
    for (const failed of failures) {
      const {backend, algorithm, pass} = failed;
      const key = keyOf(failed);
      const hasWrongValues = rankOf(failed) < valueOracles;
      const target = targets.find((one) => one.backend === backend && one.algorithm === algorithm);
      const isKnown = this.seen.has(`${key}/values`) || (!hasWrongValues && this.seen.has(`${key}/sideEffects`));
      if (!target || isKnown || this.seen.size >= mostDiagnoses || this.spent > timeLimits.run) continue;
      this.seen.add(`${key}/${hasWrongValues ? 'values' : 'sideEffects'}`);
      const [start, waited] = [performance.now(), this.waited];
      select(target);
      const failedPass = {
        target,
        pass,
        fill: failed.fill,
        testVector: (problem: Problem) => this.testVector(problem, failed, target),
      };
      failed.diagnosis = (await this.sequenceOf(failed, failedPass)) ?? (await this.alone(failed, failedPass));
      this.spent += performance.now() - start - (this.waited - waited);
    }
    for (const failed of failures) {
      const line = this.sequences.get(keyOf(failed));
      if (line !== undefined) failed.replay = line;
    }
  }

  /**
   * Diagnoses a failure that comes each time. If the smallest case does not fail in a new process, its findings say nothing and are
   * dropped.
   */
  private async alone(failed: VerifyResult, failedPass: FailedPass): Promise<Diagnosis> {
    const replay = (problem: string) => replayLine(this.command, {...failed, problem}, this.options);
    const diagnosis = await diagnose(failed, failedPass, replay);
    const {problem} = diagnosis.smallest;
    if (problem === failed.problem || (await this.failsAnew(replayWords({...failed, problem}, this.options))) !== false)
      return diagnosis;
    const smallest = {problem: failed.problem, replay: replay(failed.problem)};
    return {
      groups: [],
      smallest,
      behaviour: onlyAfterOthers,
      text: describeSequence(failed, onlyAfterOthers, smallest.replay),
    };
  }

  /** Diagnoses a failure that does not come when the case runs alone; undefined if it comes then too. */
  private async sequenceOf(failed: VerifyResult, failedPass: FailedPass): Promise<Diagnosis | undefined> {
    const problem = parseProblem(failed.problem);
    const isHere = !(await failsLike(failed, failedPass, problem));
    if (!isHere && (await this.failsAnew(replayWords(failed, this.options))) !== false) return undefined;
    const {backend, algorithm, pass} = failed;
    const narrow = {algorithms: [algorithm], passes: [pass]};
    const candidates = [
      recentWords(failed, this.problems.slice(-recent), this.options),
      [...runWords(backend, this.options, narrow), '--bail'],
      runWords(backend, this.options),
    ];
    let shown: readonly string[] | undefined;
    for (const words of this.rerun ? candidates : []) {
      if (!(await this.failsAnew(words))) continue;
      shown = words;
      break;
    }
    const line = commandLine(this.command, shown ?? candidates.at(-1)!);
    const behaviour = [isHere ? rightAgain : rightAnew, shown ? dependsOnCalls : dependsOnCallsOrChance].join(': ');
    const tried =
      shown || !this.rerun
        ? ''
        : `; ${candidates.length} runs in new processes did not show it again, and the last of them is this`;
    this.sequences.set(keyOf(failed), line);
    const smallest = {problem: failed.problem, replay: line};
    return {groups: [], smallest, behaviour, text: describeSequence(failed, `${behaviour}${tried}`, line)};
  }

  /** Whether the words' run fails in a new process. Undefined if there is no way to know, or if reruns have taken too long already. */
  private async failsAnew(words: readonly string[]): Promise<boolean | undefined> {
    if (this.waited > timeLimits.reruns) return undefined;
    const start = performance.now();
    const fails = await this.rerun?.(words);
    this.waited += performance.now() - start;
    return fails;
  }
  private testVector(problem: Problem, {fill, backend, provenance: same}: VerifyResult, {headroom}: Target) {
    const {seed, f16} = this.options;
    const provenance = realizable(parseProvenance(same), problem, backend);
    return makeTestVector(problem, fill, seed, headroom, arithmeticOf(backend, f16), provenance);
  }
}

const rightAgain = 'the same case is right when it runs again';
const rightAnew = 'the same case is right alone in a new process';
const dependsOnCalls = 'the result depends on earlier calls';
const dependsOnCallsOrChance = 'the result depends on earlier calls, or on chance';
const onlyAfterOthers =
  'smaller cases failed here, but not in a new process: their results depend on earlier calls, so the cause stays unknown';

/** At most this many problems are run again before one that fails only after others. */
const recent = 8;

function keyOf({backend, algorithm, pass}: VerifyResult): string {
  return `${backend}/${algorithm}/${pass}`;
}

/** The number of oracles that compare every value. They come first in the catalogue: the definition and the built-in. */
const valueOracles = 2;

function rankOf({oracle}: VerifyResult): number {
  return oracles.findIndex(({name}) => name === oracle);
}
