import type {Measurement, Round} from '../measure.js';
import {median, relativeRange} from '../statistics.js';

/** The measurements of a training step of one network on one backend. */
export interface StepResult {
  network: string;
  backend: string;
  /** The number of images per step. */
  batch: number;
  /** As in `install({algorithm})`. */
  algorithm: string | 'auto';
  /**
   * The convolutions of one step: those that convgrad's algorithms compute, and those that convgrad delegates to tfjs's own
   * kernel. The latter count as the built-in's.
   */
  calls: {ours: number; delegated: number};
  /** Medians over the rounds; `builtin` is scaled to the whole batch. */
  milliseconds: {ours: number; builtin?: number};
  /** The speedup over the built-in: the median of the ratios within each round. */
  ratio?: number;
  /** (largest − smallest)/median over the rounds. */
  noise: number;
  /** Set if the built-in was timed on this smaller batch and its time multiplied by the factor. */
  scaled?: {batch: number; factor: number};
  /** Set if the built-in was so slow that only one step was timed, its first. */
  oneStep?: true;
  /** Milliseconds of the first step. */
  first: number;
  warmUpSteps: number;
  /** The rounds as measured; `builtin` is not scaled. */
  rounds: Round[];
  /** Why there is no built-in to compare with. */
  reason?: string;
}

/** The fields that are known before the rounds. */
export type StepRow = Pick<StepResult, 'network' | 'backend' | 'batch' | 'algorithm' | 'calls'>;

/** The measurement of the built-in: the milliseconds of a single step, or its part of the rounds; or the reason why there is none. */
export type BuiltinSteps = {scaled?: StepResult['scaled']; oneStep?: number} | {reason: string};

export function stepResultOf(row: StepRow, {warmUps, rounds}: Measurement, builtin: BuiltinSteps): StepResult {
  const ours = median(rounds.map((round) => round.ours));
  const own = {
    ...{
      noise: relativeRange(rounds.map((round) => round.ours)),
      first: warmUps.ours!.first,
      warmUpSteps: warmUps.ours!.calls,
    },
    rounds,
  };
  if ('reason' in builtin) return {...row, milliseconds: {ours}, ...own, reason: builtin.reason};
  const {scaled, oneStep} = builtin;
  const factor = scaled?.factor ?? 1;
  const timeIn = (round: Round) => factor * (oneStep ?? round.builtin ?? Number.NaN);
  return {
    ...row,
    milliseconds: {ours, builtin: median(rounds.map(timeIn))},
    ratio: median(rounds.map((round) => timeIn(round) / round.ours)),
    ...own,
    ...(scaled ? {scaled} : {}),
    ...(oneStep === undefined ? {} : {oneStep: true as const}),
  };
}
