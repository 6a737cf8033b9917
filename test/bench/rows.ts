import type {BenchReport} from '../../src/bench/report.js';
import {makeReport} from '../../src/bench/report.js';
import type {BenchResult} from '../../src/bench/result.js';

/** A measured row with the given fields replaced. */
export function rowOf(said: Partial<BenchResult>): BenchResult {
  return {
    ...{
      layer: 'one',
      problem: `p of ${said.layer ?? 'one'}`,
      backend: 'cpu',
      pass: 'forward',
      algorithm: 'implicitGemm',
    },
    ...{flops: 1e6, milliseconds: {ours: 1}, gflops: {ours: 1}, noise: 0},
    ...said,
  };
}

/** A report of those rows. */
export function reportOf(...results: BenchResult[]): BenchReport {
  return makeReport(
    {
      backends: ['cpu'],
      layers: [],
      problems: [],
      cases: 0,
      accuracy: 'standard' as const,
      filters: 'new' as const,
      steps: false,
      passes: ['forward'],
      algorithm: 'auto',
      engine: 'auto',
      threads: 1,
      rounds: 3,
      seed: 1,
    },
    {node: 'v20', tfjs: '4.22.0', backends: {cpu: {}}},
    {cpu: 'simd'},
    results,
    {left: 0, seconds: 1, interrupted: false},
  );
}
