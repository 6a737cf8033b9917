import type {Engine} from '../engine/engine.js';

/** An engine that measures the time of its arithmetic. */
export interface TimedEngine {
  /** The engine that it wraps. */
  of: Engine;
  /** The wrapper, with the same arithmetic. */
  engine: Engine;
  /** The time inside arithmetic operations since the last `take()`, and the number of their calls. */
  take(): {milliseconds: number; calls: number};
}

/**
 * Wraps an engine. Everything but its memory is arithmetic.
 * @param now returns milliseconds since some fixed moment
 */
export function timedEngine(engine: Engine, now: () => number): TimedEngine {
  let spent = {milliseconds: 0, calls: 0};
  const timed = <Part extends object>(part: Part): Part => {
    const operations = Object.entries(part) as [string, (...args: unknown[]) => unknown][];
    const wrapped = operations.map(([name, run]) => [
      name,
      (...args: unknown[]) => {
        const start = now();
        try {
          return run(...args);
        } finally {
          spent.milliseconds += now() - start;
          spent.calls++;
        }
      },
    ]);
    return Object.fromEntries(wrapped);
  };
  return {
    of: engine,
    engine: {...engine, gemm: timed(engine.gemm), tiles: timed(engine.tiles), depthwise: timed(engine.depthwise)},
    take() {
      const taken = spent;
      spent = {milliseconds: 0, calls: 0};
      return taken;
    },
  };
}
