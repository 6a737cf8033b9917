import type {Pass} from '../geometry/pass.js';
import {type BenchReport, isMeasured} from './report.js';
import type {BenchResult} from './result.js';
import {geometricMean} from './statistics.js';

/** What became of one row between two reports. */
export interface RowChange {
  layer: string;
  problem: string;
  backend: string;
  pass: Pass;
  algorithm: {old: string; new: string};
  /** What is compared: whole calls by their fraction of the peak, which does not hang on the machine's clock, else by GFLOP/s. */
  by: 'fractionOfPeak' | 'gflops';
  old: number;
  new: number;
  /** New to old: above 1 is faster. */
  ratio: number;
  /** The larger one of the two reports. */
  noise: number;
  /** By more than the noise. */
  slower: boolean;
}

export interface ReportComparison {
  /** The rows that both reports measured. */
  changes: RowChange[];
  /** How many rows only one of them did. */
  only: {old: number; new: number};
  /** Geometric mean of all ratios; absent where there are none. */
  mean?: number;
}

/** Holds each row of a report against the row of the same problem, backend and pass of an older one, whichever algorithm served it. */
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
