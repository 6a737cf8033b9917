import {isGpu} from '../../backends/index.js';
import {type Case, casesOf, fixedCases, streamCases} from '../cases/index.js';
import type {Fill} from '../data/fill.js';
import type {ReportedOptions} from '../options/options.js';

/** Decides which cases a run takes, in which order, and when it ends. */
export class Schedule {
  private readonly start = performance.now();
  /** The number of fillings of cases that run whatever the time, over all backends. */
  private readonly fixed: number;

  /** @throws ConvgradError on a malformed problem string */
  constructor(private readonly options: ReportedOptions) {
    const {problems, regressions, backends} = options;
    const fixed = problems.length > 0 ? casesOf(problems) : fixedCases(regressions);
    const on = (backend: string) => fixed.filter((one) => this.isAsked(one, backend));
    this.fixed = backends
      .flatMap((backend) => on(backend).map((one) => fillsOf(one, options, backend).length))
      .reduce((sum, fillings) => sum + fillings, 0);
  }

  /** The cases for one backend. Random cases end when the backend's share of the time is used up. */
  *on(backend: string): Generator<Case> {
    const {backends, problems, timeBudget = Number.POSITIVE_INFINITY} = this.options;
    const share = (backends.indexOf(backend) + 1) / backends.length;
    const end = this.start + 1000 * timeBudget * share;
    for (const one of problems.length > 0 ? casesOf(problems) : streamCases(this.options)) {
      if (one.random && performance.now() >= end) return;
      if (this.isAsked(one, backend)) yield one;
    }
  }

  /**
   * Whether the run takes the case on the backend. A case with a provenance of its own is left out where the options give one, and for a
   * subject, which gets no tensors.
   */
  private isAsked({provenance, onGpu}: Case, backend: string): boolean {
    if (onGpu === false && isGpu(backend)) return false;
    return !provenance || (this.options.provenance === undefined && this.options.subject === undefined);
  }

  /** The number of fillings that the whole run will have, as far as can be told after `done` of them. */
  total(done: number): number {
    const {backends, cases, fills, problems, timeBudget} = this.options;
    const most = this.fixed + (problems.length > 0 ? 0 : backends.length * fills.length * cases);
    if (timeBudget === undefined) return most;
    const used = (performance.now() - this.start) / 1000 / timeBudget;
    return Math.min(most, Math.max(done, this.fixed, Math.round(done / used)));
  }
}

/**
 * The fillings of a case in a run on a backend: its own, as far as you ask for them. If you name problems, or ask for none of its own, it
 * gets all that you ask for.
 */
export function fillsOf(
  {fills, fillsOnGpu = fills}: Case,
  {fills: asked, problems}: Pick<ReportedOptions, 'fills' | 'problems'>,
  backend: string,
): readonly Fill[] {
  const own = problems.length > 0 ? undefined : isGpu(backend) ? fillsOnGpu : fills;
  const left = asked.filter((fill) => own?.includes(fill));
  return left.length > 0 ? left : asked;
}
