import type {Pass} from '../geometry/pass.js';
import type {Alternative} from './alternatives.js';
import type {Measurement, Round} from './measure.js';
import {median, relativeRange} from './statistics.js';

/** What a row is about. */
export interface BenchRow {
  /** A name for people; the problem itself where it has none. */
  layer: string;
  problem: string;
  /** The layer's own problem, where a smaller one is timed in its place: software that plays the GPU is slow. */
  reducedFrom?: string;
  backend: string;
  pass: Pass;
  /** Convgrad's, by name. */
  algorithm: string;
  /** Operations by the definition. */
  flops: number;
  /** By default convgrad delegates this pass to tfjs's own kernel: what is measured here serves those who ask for the algorithm by name. */
  delegated?: true;
}

/** One layer, one pass, on one backend. Everything measured is absent where the algorithm does not compute it: `reason` says why. */
export interface BenchResult extends BenchRow {
  /** Medians over the rounds, of one call; `builtin` scaled to the whole problem. */
  milliseconds?: Partial<Record<ReportedName, number>>;
  gflops?: Partial<Record<ReportedName, number>>;
  /** By the GPU's own clock: medians of a few calls after the rounds, not scaled. Where it does not tell, why. */
  gpuMilliseconds?: GpuTimes;
  gpuReason?: string;
  /** The machine's, in GFLOP/s: median over the rounds. */
  peak?: number;
  /** Of arithmetic alone, and of the whole call: medians of what was formed within each round. */
  fractionOfPeak?: {kernel?: number; whole: number};
  /** How many times as fast as the built-in: median of what was formed within each round. */
  ratio?: number;
  /** And as native code. */
  peerRatio?: number;
  /** Where algorithms were timed side by side: what was predicted for this one, the others, and how many times as long as the fastest of all it took. */
  predictedMilliseconds?: number;
  alternatives?: AlternativeResult[];
  loss?: number;
  /** (largest − smallest)/median over the rounds, of the whole call: its fraction of the peak, else its time. */
  noise?: number;
  /** The built-in was timed on this problem, and its time multiplied. */
  scaled?: {problem: string; factor: number};
  /** Milliseconds of the first call of each, and how many calls came before the rounds. */
  first?: Partial<Record<ReportedName, number>>;
  warmUpCalls?: Partial<Record<ReportedName, number>>;
  /** As measured: `builtin` not scaled. */
  rounds?: Round[];
  /** Why there is no built-in to compare with, or nothing at all. */
  reason?: string;
}

/** Milliseconds of one call, reading one element included. */
export interface GpuTimes {
  ours?: number | undefined;
  builtin?: number | undefined;
}

/** Another algorithm on the same row. */
export interface AlternativeResult extends Alternative {
  milliseconds: number;
}

/** What the rounds of one row come to. */
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

/** How the algorithms of one row did, and tfjs's own kernel where it competes with them. */
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
