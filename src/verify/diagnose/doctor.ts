import type {Problem} from '../../geometry/problem.js';
import {arithmeticOf} from '../bound.js';
import type {ReportedOptions} from '../options.js';
import {oracles} from '../oracles/index.js';
import {parseProvenance, realizable} from '../provenance/provenance.js';
import {replayLine} from '../replay.js';
import type {VerifyResult} from '../result.js';
import type {Target} from '../target.js';
import {trial} from '../trial.js';
import {diagnose} from './diagnose.js';
import {patience} from './patience.js';

/** A run with more broken passes than this has one reason to look at first. */
const mostDiagnoses = 6;

/**
 * Diagnoses the first failure of each algorithm and pass, a few in a run, while the kernels that failed are at hand. Wrong values say more
 * than broken manners: they are diagnosed also when the latter came first.
 */
export class Doctor {
  private readonly seen = new Set<string>();
  private spent = 0;

  /** @param command how replay lines begin */
  constructor(
    private readonly options: ReportedOptions,
    private readonly command: string,
  ) {}

  /** Adds diagnoses to the results of one case. @param select makes a target the one that tfjs's kernels run */
  async see(
    found: readonly VerifyResult[],
    targets: readonly Target[],
    select: (target: Target) => void,
  ): Promise<void> {
    const failures = found.filter(({status, oracle}) => status === 'failed' && oracle !== 'device');
    // The catalogue of oracles begins with the one that says most: which values are wrong, and by how much.
    failures.sort((a, b) => rankOf(a) - rankOf(b));
    for (const failed of failures) {
      const {backend, algorithm, pass} = failed;
      const key = `${backend}/${algorithm}/${pass}`;
      const hasWrongValues = rankOf(failed) < judgesOfValues;
      const target = targets.find((one) => one.backend === backend && one.algorithm === algorithm);
      const isKnown = this.seen.has(`${key}/values`) || (!hasWrongValues && this.seen.has(`${key}/manners`));
      if (!target || isKnown || this.seen.size >= mostDiagnoses || this.spent > patience.run) continue;
      this.seen.add(`${key}/${hasWrongValues ? 'values' : 'manners'}`);
      const start = performance.now();
      select(target);
      failed.diagnosis = await diagnose(
        failed,
        {target, pass, fill: failed.fill, trial: (problem) => this.trial(problem, failed, target)},
        (problem) => replayLine(this.command, {...failed, problem}, this.options),
      );
      this.spent += performance.now() - start;
    }
  }

  private trial(problem: Problem, {fill, backend, provenance: same}: VerifyResult, {headroom}: Target) {
    const {seed, f16} = this.options;
    const provenance = realizable(parseProvenance(same), problem, backend);
    return trial(problem, fill, seed, headroom, arithmeticOf(backend, f16), provenance);
  }
}

/** The oracles that compare every value come first in the catalogue: the definition and the built-in. */
const judgesOfValues = 2;

function rankOf({oracle}: VerifyResult): number {
  return oracles.findIndex(({name}) => name === oracle);
}
