import type {Engine} from '../engine/engine.js';
import type {Clock} from './clock.js';
import {warmUp} from './warmUp.js';

/** Measures the machine's peak now. @returns GFLOP/s */
export type Probe = () => number;

/** Long enough for the clock, short enough to stand beside every measurement. */
const probeMilliseconds = 4;

/** A probe of that engine, warmed up. */
export async function makeProbe(engine: Engine, clock: Clock): Promise<Probe> {
  const time = (turns: number) => {
    const start = clock.now();
    const operations = engine.probe(turns);
    return {operations, milliseconds: clock.now() - start};
  };
  let turns = 1000;
  while (time(turns).milliseconds < probeMilliseconds / 2) turns *= 2;
  await warmUp(() => time(turns).milliseconds, clock);
  // Warm code is faster.
  while (time(turns).milliseconds < probeMilliseconds / 2) turns *= 2;
  return () => {
    const {operations, milliseconds} = time(turns);
    return operations / milliseconds / 1e6;
  };
}
