import type {Measurement, Round} from '../measure.js';
import {median, relativeRange} from '../statistics.js';

/** A training step of one network on one backend. */
export interface StepResult {
  network: string;
  backend: string;
  /** Images of a step. */
  batch: number;
  /** As `install({algorithm})` takes it. */
  algorithm: string | 'auto';
  /** Convolutions of one step: convgrad's, and those that it delegated to tfjs's own kernel, which count as the built-in's. */
  calls: {ours: number; delegated: number};
  /** Medians over the rounds; `builtin` scaled to the whole batch. */
  milliseconds: {ours: number; builtin?: number};
  /** How many times as fast as the built-in: median of what was formed within each round. */
  ratio?: number;
  /** (largest − smallest)/median over the rounds. */
  noise: number;
  /** The built-in was timed on a batch of so many images, and its time multiplied. */
  scaled?: {batch: number; factor: number};
  /** The built-in was so slow that one step had to do, its first. */
  oneStep?: true;
  /** Milliseconds of the first step. */
  first: number;
  warmUpSteps: number;
  /** As measured: `builtin` not scaled. */
  rounds: Round[];
  /** Why there is no built-in to compare with. */
  reason?: string;
}

/** What is known before the rounds. */
export type StepRow = Pick<StepResult, 'network' | 'backend' | 'batch' | 'algorithm' | 'calls'>;

/** What the built-in came to: one step of its own, or its part of the rounds; or nothing. */
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
