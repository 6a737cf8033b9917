import type {Call, Clock} from './clock.js';
import type {Probe} from './peak.js';
import {meanOf, repetitions, type Warmth, warmUp} from './warmUp.js';

/** What stands side by side in one row. */
export interface Contestants {
  /** Convgrad, as a user calls it. */
  ours: Call;
  /** Its arithmetic alone. */
  kernel?: Call;
  builtin?: Call;
  /** Native code. */
  peer?: Call;
  /** Others of convgrad's algorithms, by name. */
  [rival: `rival ${string}`]: Call;
}
export type Contestant = keyof Contestants;

/** One round: milliseconds of a call, and the machine's peak in GFLOP/s around each that is held against it: the mean of before and after. */
export interface Round {
  ours: number;
  kernel?: number;
  builtin?: number;
  peer?: number;
  [rival: `rival ${string}`]: number;
  peak?: {ours: number; kernel?: number};
}

export interface Measurement {
  warmth: Partial<Record<Contestant, Warmth>>;
  rounds: Round[];
}

/** A contestant's turn in a round is filled up to so many milliseconds. */
const turnMilliseconds = 10;

/**
 * Times the contestants in turn, round by round, so that what slows the machine for a while slows them all: ratios are to be formed within
 * a round.
 * @returns the rounds until the signal, all of them without one
 */
export async function measure(
  contestants: Contestants,
  probe: Probe | undefined,
  rounds: number,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Measurement> {
  const calls = Object.entries(contestants) as [Contestant, Call][];
  const warmth: Measurement['warmth'] = {};
  for (const [name, call] of calls) {
    if (signal?.aborted) break;
    warmth[name] = await warmUp(call, clock);
  }
  const measured: Measurement = {warmth, rounds: []};
  for (let i = 0; i < rounds && !signal?.aborted; i++) {
    const round: Partial<Round> = {};
    const peak: Partial<NonNullable<Round['peak']>> = {};
    let before = probe?.();
    for (const [name, call] of calls) {
      round[name] = await meanOf(call, repetitions(warmth[name]?.best ?? 0, turnMilliseconds));
      if (probe === undefined || before === undefined || !(name === 'ours' || name === 'kernel')) continue;
      const after = probe();
      peak[name] = (before + after) / 2;
      before = after;
    }
    measured.rounds.push({...(round as Round), ...(probe ? {peak: peak as NonNullable<Round['peak']>} : {})});
    await clock.turn();
  }
  return measured;
}
