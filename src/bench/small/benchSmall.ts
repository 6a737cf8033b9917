import * as tf from '@tensorflow/tfjs-core';
import {withBuiltins} from '../../plugin/builtins.js';
import {install} from '../../plugin/install.js';
import {saveInstallation} from '../../plugin/saveInstallation.js';
import {type Clock, realClock} from '../clock.js';
import {median} from '../statistics.js';
import {repetitions} from '../warmUp.js';
import {type SmallCall, smallCalls} from './smallCalls.js';

/** The time of one small call, with convgrad installed and with tfjs alone. */
export interface SmallResult {
  name: string;
  backend: string;
  /** Microseconds per call, including the disposal of its result: medians over the rounds. */
  ours: number;
  builtin: number;
  /** The median over the rounds of our time minus the built-in's time in the same round, in microseconds. */
  overhead: number;
  /** The median over the rounds of the built-in's time divided by ours. */
  speedup: number;
}

/** About how many milliseconds each side's slot in a round takes. */
const slotMilliseconds = 5;
/** The largest number of calls before the first round, so that JavaScript engines have compiled the code. */
const warmUps = 200;

/**
 * Times small calls on the active backend, with convgrad installed and with tfjs's own kernels in place, in turns. Afterwards it
 * restores tfjs's active backend and the installation.
 * @param rounds how many times each call is measured
 */
export async function benchSmall(
  {rounds = 15, threads = 1, signal}: {rounds?: number; threads?: number; signal?: AbortSignal} = {},
  clock: Clock = realClock,
  calls: readonly SmallCall[] = smallCalls,
): Promise<SmallResult[]> {
  const restore = saveInstallation();
  const results: SmallResult[] = [];
  try {
    install({tf, threads});
    for (const {name, prepare} of calls) {
      if (signal?.aborted) break;
      const {call, dispose} = prepare();
      const run = (times: number) => {
        const start = clock.now();
        for (let i = 0; i < times; i++) call().dispose();
        return (1e3 * (clock.now() - start)) / times;
      };
      const builtin = (times: number) => withBuiltins(tf, () => run(times));
      for (const side of [run, builtin]) side(Math.min(warmUps, repetitions(side(1) / 1e3, 20 * slotMilliseconds)));
      const times = repetitions(Math.min(run(3), builtin(3)) / 1e3, slotMilliseconds);
      const measured: {ours: number; builtin: number}[] = [];
      for (let round = 0; round < rounds && !signal?.aborted; round++) {
        // The order alternates from round to round.
        const [first, second] = round % 2 === 0 ? [builtin, run] : [run, builtin];
        const [a, b] = [first(times), second(times)];
        measured.push(round % 2 === 0 ? {ours: b, builtin: a} : {ours: a, builtin: b});
        await clock.nextTask();
      }
      dispose();
      if (measured.length === 0) continue;
      const of = (value: (round: {ours: number; builtin: number}) => number) => median(measured.map(value));
      results.push({
        ...{name, backend: tf.getBackend(), ours: of(({ours}) => ours), builtin: of((round) => round.builtin)},
        ...{overhead: of((round) => round.ours - round.builtin), speedup: of((round) => round.builtin / round.ours)},
      });
    }
    return results;
  } finally {
    await restore();
  }
}
