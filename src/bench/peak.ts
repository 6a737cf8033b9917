import {engineOf} from '../plugin/select.js';
import type {Clock} from './clock.js';
import {warmUp} from './warmUp.js';

/** Measures the machine's peak now: that of one thread, times the threads that compute. @returns GFLOP/s */
export type PeakProbe = () => number;

/** Long enough for the clock, short enough to stand beside every measurement. */
const probeMilliseconds = 4;

/** A probe of the engine that computes on that backend, warmed up; undefined where there is none. */
export async function makePeakProbe(backend: string, clock: Clock): Promise<PeakProbe | undefined> {
  if (!engineOf(backend)) return undefined;
  const time = (iterations: number) => {
    const engine = engineOf(backend)!;
    const start = clock.now();
    const operations = engine.probe(iterations) * engine.threads();
    return {operations, milliseconds: clock.now() - start};
  };
  let turns = 1000;
  const lengthen = () => {
    while (time(turns).milliseconds < probeMilliseconds / 2) turns *= 2;
  };
  lengthen();
  await warmUp(() => time(turns).milliseconds, clock);
  // Warm code is faster.
  lengthen();
  return () => {
    const {operations, milliseconds} = time(turns);
    return operations / milliseconds / 1e6;
  };
}

/** How long an engine may take to find out which of its forms is the fastest here. */
const settlingMilliseconds = 1000;

/** Lets the engine of a backend find that out before anything is timed: only one with fused arithmetic has forms to choose from. */
export async function settleEngine(backend: string, clock: Clock): Promise<void> {
  const first = engineOf(backend);
  const end = clock.now() + settlingMilliseconds;
  while (first?.name === 'fma' && engineOf(backend) === first && clock.now() < end) await clock.nextTask();
}
