import {type Case, casesOf, fixedCases, streamCases} from './cases/index.js';
import type {Fill} from './fill.js';
import type {ReportedOptions} from './options.js';

/** Which cases a run takes, in which order, and when it has had enough. */
export class Schedule {
  private readonly start = performance.now();
  /** Fillings of cases that are run whatever the time, on one backend. */
  private readonly fixed: number;

  /** @throws ConvgradError on a malformed problem string */
  constructor(private readonly options: ReportedOptions) {
    const {problems, regressions} = options;
    const fixed = problems.length > 0 ? casesOf(problems) : fixedCases(regressions);
    this.fixed = fixed.filter((one) => this.isAsked(one)).reduce((sum, one) => sum + fillsOf(one, options).length, 0);
  }

  /** The cases for one backend. Random ones end when the backend's share of the time is used. */
  *on(backend: string): Generator<Case> {
    const {backends, problems, timeBudget = Number.POSITIVE_INFINITY} = this.options;
    const share = (backends.indexOf(backend) + 1) / backends.length;
    const end = this.start + 1000 * timeBudget * share;
    for (const one of problems.length > 0 ? casesOf(problems) : streamCases(this.options)) {
      if (one.random && performance.now() >= end) return;
      if (this.isAsked(one)) yield one;
    }
  }

  /** Cases that differ in where tensors come from are one where that is asked for, and where nothing reads tensors. */
  private isAsked({provenance}: Case): boolean {
    return !provenance || (this.options.provenance === undefined && this.options.subject === undefined);
  }

  /** How many fillings of cases the run will have come to, as far as can be told after `done` of them. */
  total(done: number): number {
    const {backends, cases, fills, problems, timeBudget} = this.options;
    const least = backends.length * this.fixed;
    const most = least + (problems.length > 0 ? 0 : backends.length * fills.length * cases);
    if (timeBudget === undefined) return most;
    const used = (performance.now() - this.start) / 1000 / timeBudget;
    return Math.min(most, Math.max(done, least, Math.round(done / used)));
  }
}

/** What a case is filled with in a run. Who names a problem wants everything about it. */
export function fillsOf({fills}: Case, options: Pick<ReportedOptions, 'fills' | 'problems'>): readonly Fill[] {
  const own = options.problems.length > 0 ? undefined : fills;
  return own ? options.fills.filter((fill) => own.includes(fill)) : options.fills;
}
