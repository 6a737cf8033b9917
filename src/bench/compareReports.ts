import type {Pass} from '../geometry/pass.js';
import {type BenchReport, isMeasured} from './report.js';
import type {BenchResult} from './result.js';
import {geometricMean} from './statistics.js';

/** The change of one row between two reports. */
export interface RowChange {
  layer: string;
  problem: string;
  backend: string;
  pass: Pass;
  algorithm: {old: string; new: string};
  /**
   * The compared measure of whole calls: their fraction of the peak, which does not depend on the machine's clock rate, or else
   * GFLOP/s.
   */
  by: 'fractionOfPeak' | 'gflops';
  old: number;
  new: number;
  /** new / old; above 1 is faster. */
  ratio: number;
  /** The larger noise of the two rows. */
  noise: number;
  /** Whether the row got slower by more than the noise. */
  slower: boolean;
}

/** The changes between two reports. */
export interface ReportComparison {
  /** The rows that both reports measured. */
  changes: RowChange[];
  /** How many rows only one report measured. */
  only: {old: number; new: number};
  /** The geometric mean of all ratios; absent where no row was compared. */
  mean?: number;
}

/**
 * Compares each row of a report with the row of the same problem, backend and pass in an older report, even if another algorithm
 * served it.
 */
export function compareReports(old: BenchReport, now: BenchReport): ReportComparison {
  const before = new Map(old.results.filter(isMeasured).map((result) => [keyOf(result), result]));
  const after = now.results.filter(isMeasured);
  const changes = after.flatMap((result) => {
    const earlier = before.get(keyOf(result));
    return earlier ? [changeOf(earlier, result)] : [];
  });
  return {
    changes,
    only: {old: before.size - changes.length, new: after.length - changes.length},
    ...(changes.length > 0 ? {mean: geometricMean(changes.map(({ratio}) => ratio))} : {}),
  };
}

function changeOf(earlier: BenchResult, result: BenchResult): RowChange {
  const {layer, problem, backend, pass} = result;
  const fractions = [earlier, result].map(({fractionOfPeak}) => fractionOfPeak?.whole);
  const by = fractions.includes(undefined) ? 'gflops' : 'fractionOfPeak';
  const [from, to] = by === 'gflops' ? [earlier, result].map(({gflops}) => gflops?.ours) : fractions;
  const ratio = to! / from!;
  const noise = Math.max(earlier.noise ?? 0, result.noise ?? 0);
  return {
    ...{layer, problem, backend, pass, algorithm: {old: earlier.algorithm, new: result.algorithm}},
    ...{by, old: from!, new: to!, ratio, noise, slower: ratio < 1 - noise},
  };
}

function keyOf({problem, backend, pass}: BenchResult): string {
  return `${problem}/${backend}/${pass}`;
}
