import type {Pass} from '../geometry/pass.js';
import type {Alternative} from './alternatives.js';
import type {Measurement, Round} from './measure.js';
import {median, relativeRange} from './statistics.js';

/** The identity of a row. */
export interface BenchRow {
  /** The layer's name, or the problem string where it has none. */
  layer: string;
  problem: string;
  /** The layer's own problem, if a smaller one was timed in its place because software rendering is slow. */
  reducedFrom?: string;
  backend: string;
  pass: Pass;
  /** The name of convgrad's algorithm. */
  algorithm: string;
  /** The number of operations by the definition. */
  flops: number;
  /**
   * Set where convgrad by default delegates this pass to tfjs's own kernel. The row then measures what you get if you request the
   * algorithm by name.
   */
  delegated?: true;
}

/**
 * The measurements of one pass of one layer on one backend. They are absent where the algorithm does not support the pass;
 * `reason` then says why.
 */
export interface BenchResult extends BenchRow {
  /** Milliseconds per call, medians over the rounds; `builtin` is scaled to the whole problem. */
  milliseconds?: Partial<Record<ReportedName, number>>;
  gflops?: Partial<Record<ReportedName, number>>;
  /** Times by the GPU's own clock: medians of a few calls after the rounds, not scaled. `gpuReason` says why they are missing. */
  gpuMilliseconds?: GpuTimes;
  gpuReason?: string;
  /** The machine's peak in GFLOP/s, median over the rounds. */
  peak?: number;
  /**
   * The fraction of the peak that the arithmetic alone reaches and that the whole call reaches; medians of the fractions within
   * each round.
   */
  fractionOfPeak?: {kernel?: number; whole: number};
  /** The speedup over the built-in: the median of the ratios within each round. */
  ratio?: number;
  /** The speedup over native code, formed in the same way. */
  peerRatio?: number;
  /** The predicted time of this algorithm, where algorithms were timed side by side. */
  predictedMilliseconds?: number;
  /** The other algorithms that were timed beside it, the fastest first. */
  alternatives?: AlternativeResult[];
  /** The chosen algorithm's time divided by the fastest one's, at least 1; the median of the ratios within each round. */
  loss?: number;
  /** (largest − smallest)/median over the rounds, of the whole call's fraction of the peak, or else of its time. */
  noise?: number;
  /** Set if the built-in was timed on this smaller problem and its time multiplied by the factor. */
  scaled?: {problem: string; factor: number};
  /** Milliseconds of the first call of each, and the number of calls before the rounds. */
  first?: Partial<Record<ReportedName, number>>;
  warmUpCalls?: Partial<Record<ReportedName, number>>;
  /** The rounds as measured; `builtin` is not scaled. */
  rounds?: Round[];
  /** Why there is no built-in to compare with, or nothing at all. */
  reason?: string;
}

/** Milliseconds per call, including the read of one element. */
export interface GpuTimes {
  ours?: number | undefined;
  builtin?: number | undefined;
}

/** Another algorithm that was timed on the same row. */
export interface AlternativeResult extends Alternative {
  milliseconds: number;
}

/** Computes the medians and ratios of one row from its rounds. */
export function resultOf(
  row: BenchRow,
  {warmUps, rounds}: Measurement,
  {
    scaled,
    alternatives,
    gpu,
  }: {
    scaled?: BenchResult['scaled'];
    alternatives?: readonly Alternative[] | undefined;
    gpu?: GpuTimes | string | undefined;
  } = {},
): BenchResult {
  const factor = scaled?.factor ?? 1;
  const timesOf = (name: ReportedName) =>
    rounds.flatMap((round) => (round[name] === undefined ? [] : [round[name] * (name === 'builtin' ? factor : 1)]));
  const perName = (of: (name: ReportedName) => number | undefined) =>
    Object.fromEntries(reportedNames.flatMap((name) => (of(name) === undefined ? [] : [[name, of(name)]])));
  const milliseconds: BenchResult['milliseconds'] = perName((name) =>
    timesOf(name).length > 0 ? median(timesOf(name)) : undefined,
  );
  const speed = (time: number) => row.flops / time / 1e6;
  const fractions = (name: 'ours' | 'kernel') =>
    rounds.flatMap(({peak, [name]: time}) => {
      const at = peak?.[name];
      return at === undefined || time === undefined ? [] : [speed(time) / at];
    });
  const [whole, kernel] = [fractions('ours'), fractions('kernel')];
  const ratios = rounds.flatMap(({ours, builtin}) => (builtin === undefined ? [] : [(builtin * factor) / ours]));
  const peerRatios = rounds.flatMap(({ours, peer}) => (peer === undefined ? [] : [peer / ours]));
  return {
    ...row,
    milliseconds,
    gflops: perName((name) => (milliseconds?.[name] === undefined ? undefined : speed(milliseconds[name]))),
    ...(whole.length > 0
      ? {
          peak: median(rounds.flatMap(({peak}) => (peak ? Object.values(peak) : []))),
          fractionOfPeak: {...(kernel.length > 0 ? {kernel: median(kernel)} : {}), whole: median(whole)},
        }
      : {}),
    ...(ratios.length > 0 ? {ratio: median(ratios)} : {}),
    ...(peerRatios.length > 0 ? {peerRatio: median(peerRatios)} : {}),
    ...(alternatives && rounds.length > 0 ? compareAlgorithms(row, alternatives, rounds, factor) : {}),
    ...(gpu === undefined ? {} : typeof gpu === 'string' ? {gpuReason: gpu} : {gpuMilliseconds: gpu}),
    noise: relativeRange(whole.length > 0 ? whole : timesOf('ours')),
    ...(scaled ? {scaled} : {}),
    first: perName((name) => warmUps[name]?.first),
    warmUpCalls: perName((name) => warmUps[name]?.calls),
    rounds,
  };
}

const reportedNames = ['ours', 'kernel', 'builtin', 'peer'] as const;
type ReportedName = (typeof reportedNames)[number];

/** Compares the algorithms of one row, and tfjs's own kernel where it competes with them. */
function compareAlgorithms(
  {algorithm, delegated}: Pick<BenchRow, 'algorithm' | 'delegated'>,
  alternatives: readonly Alternative[],
  rounds: readonly Round[],
  factor: number,
): Pick<BenchResult, 'predictedMilliseconds' | 'alternatives' | 'loss'> {
  const timeIn = (round: Round, name: string) =>
    name === algorithm ? round.ours : name === 'builtin' ? (round.builtin ?? 0) * factor : round[`alternative ${name}`];
  const timed = alternatives
    .map((alternative) => ({
      ...alternative,
      milliseconds: median(rounds.map((round) => timeIn(round, alternative.algorithm))),
    }))
    .sort((a, b) => a.milliseconds - b.milliseconds);
  const chosen =
    delegated && alternatives.some((alternative) => alternative.algorithm === 'builtin') ? 'builtin' : algorithm;
  const fastest = timed.find((alternative) => alternative.algorithm !== chosen)?.algorithm;
  const predicted = alternatives.find((alternative) => alternative.algorithm === algorithm)?.predictedMilliseconds;
  const behind = fastest ? median(rounds.map((round) => timeIn(round, chosen) / timeIn(round, fastest))) : 1;
  return {
    ...(predicted === undefined ? {} : {predictedMilliseconds: predicted}),
    alternatives: timed.filter((alternative) => alternative.algorithm !== algorithm),
    loss: Math.max(1, behind),
  };
}
