import {engineOf} from '../plugin/select.js';
import type {Clock} from './clock.js';
import {warmUp} from './warmUp.js';

/** Measures the machine's peak now: the peak of one thread, times the threads that compute. @returns GFLOP/s */
export type PeakProbe = () => number;

/** Long enough for the clock's resolution, short enough to stand beside every measurement. */
const probeMilliseconds = 4;

/** Makes a probe, warmed up, of the engine that computes on a backend; undefined where there is no engine. */
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
  // Warm code is faster, so the probe may need more iterations.
  lengthen();
  return () => {
    const {operations, milliseconds} = time(turns);
    return operations / milliseconds / 1e6;
  };
}

/** How long to wait for an engine to find out which of its variants is the fastest here. */
const settlingMilliseconds = 1000;

/**
 * Waits until the engine of a backend has settled on a variant, before anything is timed. Only engines with fused arithmetic have
 * variants.
 */
export async function settleEngine(backend: string, clock: Clock): Promise<void> {
  const first = engineOf(backend);
  const end = clock.now() + settlingMilliseconds;
  while (first?.name === 'fma' && engineOf(backend) === first && clock.now() < end) await clock.nextTask();
}
