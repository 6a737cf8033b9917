import {type Case, casesOf, fixedCases, streamCases} from './cases/index.js';
import type {ReportedOptions} from './options.js';

/** Which cases a run takes, in which order, and when it has had enough. */
export class Schedule {
  private readonly start = performance.now();
  /** Cases that are run whatever the time. */
  private readonly fixed: number;

  /** @throws ConvgradError on a malformed problem string */
  constructor(private readonly options: ReportedOptions) {
    const {problems, regressions} = options;
    this.fixed = problems.length > 0 ? casesOf(problems).length : fixedCases(regressions).length;
  }

  /** The cases for one backend. Random ones end when the backend's share of the time is used. */
  *on(backend: string): Generator<Case> {
    const {backends, problems, timeBudget = Number.POSITIVE_INFINITY} = this.options;
    const share = (backends.indexOf(backend) + 1) / backends.length;
    const end = this.start + 1000 * timeBudget * share;
    for (const one of problems.length > 0 ? casesOf(problems) : streamCases(this.options)) {
      if (one.random && performance.now() >= end) return;
      yield one;
    }
  }

  /** How many fillings of cases the run will have come to, as far as can be told after `done` of them. */
  total(done: number): number {
    const {backends, cases, fills, problems, timeBudget} = this.options;
    const each = backends.length * fills.length;
    const most = each * (this.fixed + (problems.length > 0 ? 0 : cases));
    if (timeBudget === undefined) return most;
    const used = (performance.now() - this.start) / 1000 / timeBudget;
    return Math.min(most, Math.max(done, each * this.fixed, Math.round(done / used)));
  }
}
