import type {Pass} from '../geometry/pass.js';
import type {Contestant, Measurement, Round} from './measure.js';
import {median, spread} from './statistics.js';

/** What a row is about. */
export interface BenchRow {
  /** A name for people; the problem itself where it has none. */
  layer: string;
  problem: string;
  /** The layer's own problem, where a smaller one is timed in its place: software that plays the GPU is slow. */
  cutFrom?: string;
  backend: string;
  pass: Pass;
  /** Convgrad's, by name. */
  algorithm: string;
  /** Operations by the definition. */
  flops: number;
  /** By default convgrad hands this pass on to tfjs's own kernel: what is measured here serves those who ask for the algorithm by name. */
  handedOn?: true;
}

/** One layer, one pass, on one backend. Everything measured is absent where the algorithm does not compute it: `reason` says why. */
export interface BenchResult extends BenchRow {
  /** Medians over the rounds, of one call; `builtin` scaled to the whole problem. */
  milliseconds?: Partial<Record<Contestant, number>>;
  gflops?: Partial<Record<Contestant, number>>;
  /** The machine's, in GFLOP/s: median over the rounds. */
  peak?: number;
  /** Of arithmetic alone, and of the whole call: medians of what was formed within each round. */
  fractionOfPeak?: {kernel?: number; whole: number};
  /** How many times as fast as the built-in: median of what was formed within each round. */
  ratio?: number;
  /** (largest − smallest)/median over the rounds, of the whole call: its fraction of the peak, else its time. */
  noise?: number;
  /** The built-in was timed on this problem, and its time multiplied. */
  scaled?: {problem: string; factor: number};
  /** Milliseconds of the first call of each, and how many calls came before the rounds. */
  first?: Partial<Record<Contestant, number>>;
  warmUpCalls?: Partial<Record<Contestant, number>>;
  /** As measured: `builtin` not scaled. */
  rounds?: Round[];
  /** Why there is no built-in to compare with, or nothing at all. */
  reason?: string;
}

/** What the rounds of one row come to. */
export function resultOf(row: BenchRow, {warmth, rounds}: Measurement, scaled?: BenchResult['scaled']): BenchResult {
  const factor = scaled?.factor ?? 1;
  const timesOf = (name: Contestant) =>
    rounds.flatMap((round) => (round[name] === undefined ? [] : [round[name] * (name === 'builtin' ? factor : 1)]));
  const perContestant = (of: (name: Contestant) => number | undefined) =>
    Object.fromEntries(contestants.flatMap((name) => (of(name) === undefined ? [] : [[name, of(name)]])));
  const milliseconds: BenchResult['milliseconds'] = perContestant((name) =>
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
  return {
    ...row,
    milliseconds,
    gflops: perContestant((name) => (milliseconds?.[name] === undefined ? undefined : speed(milliseconds[name]))),
    ...(whole.length > 0
      ? {
          peak: median(rounds.flatMap(({peak}) => (peak ? Object.values(peak) : []))),
          fractionOfPeak: {...(kernel.length > 0 ? {kernel: median(kernel)} : {}), whole: median(whole)},
        }
      : {}),
    ...(ratios.length > 0 ? {ratio: median(ratios)} : {}),
    noise: spread(whole.length > 0 ? whole : timesOf('ours')),
    ...(scaled ? {scaled} : {}),
    first: perContestant((name) => warmth[name]?.first),
    warmUpCalls: perContestant((name) => warmth[name]?.calls),
    rounds,
  };
}

const contestants: readonly Contestant[] = ['ours', 'kernel', 'builtin'];
