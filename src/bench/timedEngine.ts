import type {Engine} from '../engine/engine.js';

/** Whether an operation of the engine is arithmetic. The others allocate or move data. */
const isArithmetic: Readonly<Record<keyof Engine, boolean>> = {
  name: false,
  counters: false,
  withArena: false,
  cached: false,
  packedBytes: false,
  reservePacked: false,
  packedBatchBytes: false,
  reservePackedBatch: false,
  pack: false,
  copy: false,
  igemm: true,
  igemmTransposed: true,
  batchedGemm: true,
  batchedGemmTransposed: true,
  dwconv: true,
  repeat: false,
  sumRepeats: true,
  transformTiles: true,
  transformTilesPacked: true,
  fourier: true,
  fourierPacked: true,
  fourierInverse: true,
  gemm: true,
  applyEpilogue: true,
  probe: false,
  threads: false,
  threadsFor: false,
  release: false,
};

/** An engine that measures the time of its arithmetic. */
export interface TimedEngine {
  /** The engine that it wraps. */
  of: Engine;
  /** The wrapper, with the same arithmetic. */
  engine: Engine;
  /** The time inside arithmetic operations since the last `take()`, and the number of their calls. */
  take(): {milliseconds: number; calls: number};
}

/** Wraps an engine. @param now returns milliseconds since some fixed moment */
export function timedEngine(engine: Engine, now: () => number): TimedEngine {
  let spent = {milliseconds: 0, calls: 0};
  const timed = Object.create(engine);
  for (const name of Object.keys(isArithmetic) as (keyof Engine)[]) {
    if (!isArithmetic[name]) continue;
    const run = engine[name] as (...args: unknown[]) => unknown;
    timed[name] = (...args: unknown[]) => {
      const start = now();
      try {
        return run.apply(engine, args);
      } finally {
        spent.milliseconds += now() - start;
        spent.calls++;
      }
    };
  }
  return {
    of: engine,
    engine: timed,
    take() {
      const taken = spent;
      spent = {milliseconds: 0, calls: 0};
      return taken;
    },
  };
}
