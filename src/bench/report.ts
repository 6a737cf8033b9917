import type {EngineName} from '../engine/index.js';
import type {Pass} from '../geometry/pass.js';
import type {Environment} from '../verify/report/report.js';
import type {BenchResult} from './result.js';
import {geometricMean} from './statistics.js';
import type {StepResult} from './steps/stepResult.js';
import {warmUpRule} from './warmUp.js';

/** The options of a run in its report: plain data, with defaults filled in. */
export interface ReportedBenchOptions {
  backends: readonly string[];
  layers: readonly string[];
  steps: boolean;
  problems: readonly string[];
  passes: readonly Pass[];
  /** The number of random layers that were timed instead of layers. */
  cases: number;
  algorithm: string | 'auto' | 'all';
  accuracy: 'standard' | 'fast';
  filters: 'new' | 'constant';
  /** The peer's name and threads. */
  peer?: string;
  engine: EngineName | 'auto';
  threads: number;
  rounds: number;
  seed: number;
  timeBudget?: number;
}

/** Geometric means over the layers of one backend and pass. */
export interface SummaryRow {
  backend: string;
  pass: Pass;
  /** The number of measured layers. `ratio` covers `ratioLayers` of them, those that the built-in computes. */
  layers: number;
  gflops: number;
  fractionOfPeak?: {kernel?: number; whole: number};
  ratio?: number;
  ratioLayers: number;
  /** The speedup over native code, and the number of layers that it covers. */
  peerRatio?: number;
  peerLayers?: number;
  /** The number of layers that convgrad by default delegates to tfjs's own kernel. */
  delegated: number;
}

/** What `bench()` returns and `--json` writes. */
export interface BenchReport {
  version: 1;
  seed: number;
  options: ReportedBenchOptions;
  environment: Environment;
  /** The name of the engine that algorithms compute on, by backend. */
  engines: Record<string, string>;
  warmUp: string;
  /** The rows of layers. */
  results: BenchResult[];
  /** The rows of training steps. */
  steps: StepResult[];
  summary: {
    rows: SummaryRow[];
    /** A step's time on one backend divided by its time on another one, both with convgrad. */
    stepRatios: StepRatio[];
    /**
     * Exists where algorithms were timed side by side: `good` of the `of` choices took at most 10% longer than the fastest
     * algorithm.
     */
    choices?: {of: number; good: number};
    measured: number;
    /** Rows without a measurement, because the algorithm refused. */
    skipped: number;
    /** Rows that the time budget or an interruption left out. */
    left: number;
    seconds: number;
  };
  /** Set if the run was aborted; the results are those until then. */
  interrupted?: true;
}

/** How many times as long a step of a network takes on the first backend as on the second. */
export interface StepRatio {
  network: string;
  backends: readonly [string, string];
  ratio: number;
}

export function makeReport(
  options: ReportedBenchOptions,
  environment: Environment,
  engines: Record<string, string>,
  results: readonly BenchResult[],
  {left, seconds, interrupted}: {left: number; seconds: number; interrupted: boolean},
  steps: readonly StepResult[] = [],
): BenchReport {
  const measured = results.filter(isMeasured).length + steps.length;
  const skipped = results.length + steps.length - measured;
  return {
    version: 1,
    seed: options.seed,
    options,
    environment,
    engines,
    warmUp: warmUpRule,
    results: [...results],
    steps: [...steps],
    summary: {
      ...{rows: summaryRows(results), stepRatios: stepRatios(steps), ...choicesOf(results)},
      ...{measured, skipped, left, seconds},
    },
    ...(interrupted ? {interrupted} : {}),
  };
}

export function isMeasured({milliseconds}: BenchResult): boolean {
  return milliseconds?.ours !== undefined;
}

/** A choice counts as good if its loss is at most this. */
const acceptableLoss = 1.1;

function choicesOf(results: readonly BenchResult[]): Pick<BenchReport['summary'], 'choices'> {
  const losses = results.flatMap(({loss}) => loss ?? []);
  return losses.length === 0
    ? {}
    : {choices: {of: losses.length, good: losses.filter((it) => it <= acceptableLoss).length}};
}

/** Makes one row for each backend and pass that has results, in their order. */
export function summaryRows(results: readonly BenchResult[]): SummaryRow[] {
  const groups = new Map<string, BenchResult[]>();
  for (const result of results.filter(isMeasured)) {
    const key = `${result.backend}/${result.pass}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].map((group) => {
    const mean = (of: (result: BenchResult) => number | undefined) => {
      const values = group.flatMap((result) => of(result) ?? []);
      return {mean: geometricMean(values), count: values.length};
    };
    const [whole, kernel] = [mean((it) => it.fractionOfPeak?.whole), mean((it) => it.fractionOfPeak?.kernel)];
    const ratio = mean((it) => it.ratio);
    const peer = mean((it) => it.peerRatio);
    return {
      backend: group[0].backend,
      pass: group[0].pass,
      layers: group.length,
      gflops: mean((it) => it.gflops?.ours).mean,
      ...(whole.count > 0
        ? {fractionOfPeak: {...(kernel.count > 0 ? {kernel: kernel.mean} : {}), whole: whole.mean}}
        : {}),
      ...(ratio.count > 0 ? {ratio: ratio.mean} : {}),
      ratioLayers: ratio.count,
      ...(peer.count > 0 ? {peerRatio: peer.mean, peerLayers: peer.count} : {}),
      delegated: group.filter((it) => it.delegated).length,
    };
  });
}

/** The ratios of steps on the first backend that was timed to those on each other one. */
function stepRatios(steps: readonly StepResult[]): StepRatio[] {
  return steps.flatMap(({network, backend, milliseconds}) => {
    const first = steps.find((step) => step.network === network);
    return !first || first.backend === backend
      ? []
      : [{network, backends: [first.backend, backend], ratio: first.milliseconds.ours / milliseconds.ours}];
  });
}
