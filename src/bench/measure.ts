import type {Clock, TimedCall} from './clock.js';
import type {PeakProbe} from './peak.js';
import {meanOf, repetitions, type WarmUpResult, warmUp} from './warmUp.js';

/** What stands side by side in one row. */
export interface BenchedCalls {
  /** Convgrad, as a user calls it. */
  ours: TimedCall;
  /** Its arithmetic alone. */
  kernel?: TimedCall;
  builtin?: TimedCall;
  /** Native code. */
  peer?: TimedCall;
  /** Others of convgrad's algorithms, by name. */
  [alternative: `alternative ${string}`]: TimedCall;
}
export type BenchedName = keyof BenchedCalls;

/** One round: milliseconds of a call, and the machine's peak in GFLOP/s around each that is held against it: the mean of before and after. */
export interface Round {
  ours: number;
  kernel?: number;
  builtin?: number;
  peer?: number;
  [alternative: `alternative ${string}`]: number;
  peak?: {ours: number; kernel?: number};
}

export interface Measurement {
  warmUps: Partial<Record<BenchedName, WarmUpResult>>;
  rounds: Round[];
}

/** A call's slot in a round is filled up to so many milliseconds. */
const slotMilliseconds = 10;

/**
 * Times the calls in turn, round by round, so that what slows the machine for a while slows them all: ratios are to be formed within
 * a round.
 * @returns the rounds until the signal, all of them without one
 */
export async function measure(
  benchedCalls: BenchedCalls,
  probe: PeakProbe | undefined,
  rounds: number,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Measurement> {
  const calls = Object.entries(benchedCalls) as [BenchedName, TimedCall][];
  const warmUps: Measurement['warmUps'] = {};
  for (const [name, call] of calls) {
    if (signal?.aborted) break;
    warmUps[name] = await warmUp(call, clock);
  }
  const measured: Measurement = {warmUps, rounds: []};
  for (let i = 0; i < rounds && !signal?.aborted; i++) {
    const round: Partial<Round> = {};
    const peak: Partial<NonNullable<Round['peak']>> = {};
    let before = probe?.();
    for (const [name, call] of calls) {
      round[name] = await meanOf(call, repetitions(warmUps[name]?.best ?? 0, slotMilliseconds));
      if (probe === undefined || before === undefined || !(name === 'ours' || name === 'kernel')) continue;
      const after = probe();
      peak[name] = (before + after) / 2;
      before = after;
    }
    measured.rounds.push({...(round as Round), ...(probe ? {peak: peak as NonNullable<Round['peak']>} : {})});
    await clock.nextTask();
  }
  return measured;
}
