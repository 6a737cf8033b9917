import type {Pass} from '../../geometry/pass.js';
import {type Overflow, ratio} from '../reference/compare.js';
import type {VerifyResult} from './result.js';

/** The sums of all results about one pass of one algorithm on one backend. */
export interface ReportRow {
  backend: string;
  algorithm: string;
  pass: Pass;
  /** The number of problems that were judged. */
  cases: number;
  passed: number;
  failed: number;
  skipped: number;
  vacuous: number;
  /** The largest error/bound. */
  worstRatio: number;
  /**
   * Counts of judgements on reals, by their largest error/bound: how many were at most each of {@link ratioEdges} and above the one before.
   * The last count is of those beyond all edges.
   */
  ratios: number[];
  /** Sums over the judgements in which the built-in ran too. */
  milliseconds: {ours: number; builtin: number};
  /** The elements that had to leave the range of float16 and did, over all cases of the oracle that drives results out of that range. */
  overflow?: Overflow & {cases: number};
}

export const ratioEdges: readonly number[] = [0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1];

/** One reason for skipping, and how often it was given. */
export interface SkipReason {
  oracle: VerifyResult['oracle'];
  reason: string;
  count: number;
}

/** The number of results that are kept whatever their status. */
const kept = 50_000;
/** The number of further results that are kept if they failed or are vacuous. */
const keptBad = 5_000;
/** The number of distinct reasons that are kept; some reasons contain numbers. */
const keptReasons = 200;

/** A row, with what is known only while results are added. */
type RowInProgress = ReportRow & {last?: string; hasHeatmap?: boolean};

/** Adds results up as they come. The memory stays bounded however many there are. */
export class Tally {
  readonly results: VerifyResult[] = [];
  /** How many results are counted but not in `results`. */
  omitted = 0;
  private readonly judged = new Set<string>();
  private readonly byRow = new Map<string, RowInProgress>();
  private readonly reasons = new Map<string, SkipReason>();

  static of(results: readonly VerifyResult[]): Tally {
    const tally = new Tally();
    tally.add(results);
    return tally;
  }

  add(results: readonly VerifyResult[]): void {
    for (const result of results) {
      this.count(result);
      this.keepFirstHeatmap(result);
      const bad = result.status === 'failed' || result.status === 'vacuous';
      if (this.results.length < (bad ? kept + keptBad : kept)) this.results.push(result);
      else this.omitted++;
    }
  }

  /** The number of different problems that were judged. */
  get problems(): number {
    return this.judged.size;
  }

  get rows(): ReportRow[] {
    return [...this.byRow.values()].map(({last: _, hasHeatmap: __, ...row}) => row);
  }

  get skipReasons(): SkipReason[] {
    return [...this.reasons.values()];
  }

  total(status: VerifyResult['status']): number {
    let sum = 0;
    for (const row of this.byRow.values()) sum += row[status];
    return sum;
  }

  private count(result: VerifyResult): void {
    const row = this.rowOf(result);
    row[result.status]++;
    if (result.status === 'skipped') {
      this.countReason(result);
      return;
    }
    this.judged.add(result.problem);
    // The results of one problem come one after the other.
    if (row.last !== result.problem) row.cases++;
    row.last = result.problem;
    if (result.worst) {
      const size = ratio(result.worst);
      row.worstRatio = Math.max(row.worstRatio, size);
      if (result.fill === 'reals') row.ratios[bucketOf(size)]++;
    }
    if (result.overflow) {
      const {elements, largest, ...format} = result.overflow;
      const sofar = row.overflow ?? {elements: 0, largest: 0, cases: 0};
      row.overflow = {
        ...{...format, elements: sofar.elements + elements, cases: sofar.cases + 1},
        largest: Math.max(sofar.largest, largest),
      };
    }
    const {ours = 0, builtin} = result.milliseconds ?? {};
    if (builtin !== undefined) {
      row.milliseconds.ours += ours;
      row.milliseconds.builtin += builtin;
    }
  }

  private keepFirstHeatmap(result: VerifyResult): void {
    if (!result.heatmap) return;
    const row = this.rowOf(result);
    if (row.hasHeatmap) delete result.heatmap;
    row.hasHeatmap = true;
  }

  private rowOf({backend, algorithm, pass}: VerifyResult): RowInProgress {
    const key = `${backend}/${algorithm}/${pass}`;
    let row = this.byRow.get(key);
    if (!row) {
      const ratios = Array.from({length: ratioEdges.length + 1}, () => 0);
      const counts = {cases: 0, passed: 0, failed: 0, skipped: 0, vacuous: 0, worstRatio: 0};
      row = {backend, algorithm, pass, ...counts, ratios, milliseconds: {ours: 0, builtin: 0}};
      this.byRow.set(key, row);
    }
    return row;
  }

  private countReason({oracle, reason = 'no reason given'}: VerifyResult): void {
    const known = this.reasons.get(`${oracle} ${reason}`);
    if (known) {
      known.count++;
      return;
    }
    const told = this.reasons.size < keptReasons ? reason : 'other reasons';
    const key = `${oracle} ${told}`;
    this.reasons.set(key, {oracle, reason: told, count: (this.reasons.get(key)?.count ?? 0) + 1});
  }
}

function bucketOf(size: number): number {
  const found = ratioEdges.findIndex((edge) => size <= edge);
  return found < 0 ? ratioEdges.length : found;
}
