import type {Clock, TimedCall} from './clock.js';
import type {PeakProbe} from './peak.js';
import {meanOf, repetitions, type WarmUpResult, warmUp} from './warmUp.js';

/** The calls that are timed side by side in one row. */
export interface BenchedCalls {
  /** convgrad's whole call, as a user makes it. */
  ours: TimedCall;
  /** The arithmetic of convgrad's algorithm alone. */
  kernel?: TimedCall;
  builtin?: TimedCall;
  /** Native code. */
  peer?: TimedCall;
  /** convgrad's other algorithms, by name. */
  [alternative: `alternative ${string}`]: TimedCall;
}
export type BenchedName = keyof BenchedCalls;

/**
 * One round: milliseconds per call, and the machine's peak in GFLOP/s around `ours` and `kernel`, as the mean of before and
 * after.
 */
export interface Round {
  ours: number;
  kernel?: number;
  builtin?: number;
  peer?: number;
  [alternative: `alternative ${string}`]: number;
  peak?: {ours: number; kernel?: number};
}

/** The warm-ups and rounds of one row. */
export interface Measurement {
  warmUps: Partial<Record<BenchedName, WarmUpResult>>;
  rounds: Round[];
}

/** A call is repeated to fill about this many milliseconds of a round. */
const slotMilliseconds = 10;

/**
 * Times the calls in turn, round by round. Whatever slows the machine for a while slows them all, so form ratios within a round.
 * @returns all rounds, or those completed before the signal
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
