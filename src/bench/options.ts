import {backendNames} from '../backends/servedBackends.js';
import type {EngineName} from '../engine/engineNames.js';
import {keysOf} from '../geometry/didYouMean.js';
import type {Pass} from '../geometry/pass.js';
import type {Peer} from './peer/peer.js';
import type {BenchReport} from './report.js';

export interface BenchOptions {
  /** {@link defaultBackends} by default; each must be imported. */
  backends?: readonly string[];
  /** Beginnings of words in layers' names, in any case: layers that have one of them. */
  layers?: readonly string[];
  /** Whether whole training steps are timed instead of layers; `layers` are then beginnings of words in the names of networks. */
  steps?: boolean;
  /** Problem strings, instead of layers. */
  problems?: readonly string[];
  passes?: readonly Pass[];
  /** Random layers of the kinds that networks have, so many, instead of layers. */
  cases?: number;
  /** One of convgrad's own; 'auto' takes the one that is chosen by default, 'all' times the others beside it. */
  algorithm?: string | 'auto' | 'all';
  /** As `install({accuracy})` takes it. */
  accuracy?: 'standard' | 'fast';
  /** Whether filters are new in each call, as in training, or constant, as in a model that predicts, so that what is made of them is kept. */
  filters?: 'new' | 'constant';
  /** Native code that is timed beside forward passes. */
  peer?: Peer;
  /** As `install({engine})` takes it. */
  engine?: EngineName | 'auto';
  /** As `install({threads})` takes it, but one by default: so the peak is that of one thread too. */
  threads?: number;
  /** Every row is measured so many times. */
  rounds?: number;
  /** Decides the data. */
  seed?: number;
  /** Seconds, in equal shares for the backends: rows that are not begun by then are left out. */
  timeBudget?: number;
  signal?: AbortSignal;
  onProgress?(progress: BenchProgress): void;
  /** Called after every row with a way to make the report of all rows so far. */
  onReport?(sofar: () => BenchReport): void;
}

export const benchOptionNames = keysOf<BenchOptions>({
  ...{backends: true, layers: true, steps: true, problems: true, passes: true, cases: true, algorithm: true},
  ...{accuracy: true, filters: true, peer: true, engine: true, threads: true, rounds: true, seed: true},
  ...{timeBudget: true, signal: true, onProgress: true, onReport: true},
});

/** Where a run is. */
export interface BenchProgress {
  backend: string;
  problem: string;
  done: number;
  total: number;
}

/** The backends that are timed unless others are asked for. */
export const defaultBackends: readonly string[] = backendNames.host;

export const defaultRounds = 5;
