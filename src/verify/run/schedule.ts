import {isGpu} from '../../backends/index.js';
import {formatProblem} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
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
    if (isGpu(backend) && (onGpu === 'never' || (onGpu === 'thorough' && !this.options.thorough))) return false;
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
 * gets all that you ask for. A quick run on a GPU takes one of them.
 */
export function fillsOf(
  {problem, fills, fillsOnGpu = fills}: Case,
  {fills: asked, problems, thorough}: Pick<ReportedOptions, 'fills' | 'problems' | 'thorough'>,
  backend: string,
): readonly Fill[] {
  const own = problems.length > 0 ? undefined : isGpu(backend) ? fillsOnGpu : fills;
  const left = asked.filter((fill) => own?.includes(fill));
  const all = left.length > 0 ? left : asked;
  if (thorough || !isGpu(backend)) return all;
  return [all[randomFrom(formatProblem(problem))() % all.length]];
}
