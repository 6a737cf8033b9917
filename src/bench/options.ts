import type {EngineName} from '../engine/engineNames.js';
import {keysOf} from '../geometry/didYouMean.js';
import type {Pass} from '../geometry/pass.js';
import type {Peer} from './peer.js';
import type {BenchReport} from './report.js';

/** The options of `bench()` and `benchSteps()`. */
export interface BenchOptions {
  /** The backends to time; defaults to those without a GPU. Each must be imported. */
  backends?: readonly string[];
  /** Selects the layers that have a word in their name beginning with one of these, in any case. */
  layers?: readonly string[];
  /** Whether to time whole training steps instead of layers. `layers` then selects networks by name. */
  steps?: boolean;
  /** Problem strings to time instead of layers. */
  problems?: readonly string[];
  passes?: readonly Pass[];
  /** The number of random layers to time instead of layers, of the kinds that networks have. */
  cases?: number;
  /** The name of one of convgrad's algorithms. 'auto' times the one that is chosen by default, 'all' also the others beside it. */
  algorithm?: string | 'auto' | 'all';
  /** As in `install({accuracy})`. */
  accuracy?: 'standard' | 'fast';
  /**
   * 'new' filters in each call, as in training, or 'constant' ones, as in inference, whose prepared form is cached. Defaults to
   * 'new'.
   */
  filters?: 'new' | 'constant';
  /** Native code to time beside forward passes. */
  peer?: Peer;
  /** As in `install({engine})`. */
  engine?: EngineName | 'auto';
  /** As in `install({threads})`, but defaults to 1. The peak is that of the same number of threads. */
  threads?: number;
  /** How many times every row is measured; defaults to {@link defaultRounds}. */
  rounds?: number;
  /** The seed of the data; defaults to 1. */
  seed?: number;
  /** Seconds for the whole run, in equal shares for the backends. Rows that have not begun by then are left out. */
  timeBudget?: number;
  signal?: AbortSignal;
  onProgress?(progress: BenchProgress): void;
  /** Called after every row, with a function that makes the report of all rows so far. */
  onReport?(sofar: () => BenchReport): void;
}

export const benchOptionNames = keysOf<BenchOptions>({
  ...{backends: true, layers: true, steps: true, problems: true, passes: true, cases: true, algorithm: true},
  ...{accuracy: true, filters: true, peer: true, engine: true, threads: true, rounds: true, seed: true},
  ...{timeBudget: true, signal: true, onProgress: true, onReport: true},
});

/** The progress of a run. */
export interface BenchProgress {
  backend: string;
  problem: string;
  done: number;
  total: number;
}

/** How many times every row is measured by default. */
export const defaultRounds = 5;
