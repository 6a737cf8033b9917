import type {EngineName} from '../../engine/engineNames.js';
import {keysOf} from '../../geometry/didYouMean.js';
import type {Pass} from '../../geometry/pass.js';
import type {Fill} from '../data/fill.js';
import type {Registrations} from '../imports/registrations.js';
import type {OracleName} from '../oracles/oracle.js';
import type {VerifyResult} from '../report/result.js';
import type {RunningPass} from '../run/heartbeat.js';
import type {defaultTimeout, VerifySubject} from '../subject/verifySubject.js';

/** The progress of a run. */
export interface Progress {
  backend: string;
  /** The problem that was just verified, as a string. */
  problem: string;
  done: number;
  total: number;
}

/**
 * Verifies in a new process, given the words of a command line. @returns whether something failed there; undefined where that is not known
 */
export type Rerun = (words: readonly string[]) => Promise<boolean | undefined>;

/** Options of `verify()`. */
export interface VerifyOptions {
  /**
   * Functions to verify instead of the kernels that tfjs has registered, which stay as they are. They run on `cpu` unless `backends` says
   * otherwise.
   */
  subject?: VerifySubject;
  /** Milliseconds within which a promise of the subject must settle; {@link defaultTimeout} by default. */
  timeoutMs?: number;
  /** Seed of the random problems and of all data; 1 by default. */
  seed?: number;
  /** Number of random problems beside the fixed cases. {@link defaultCases} by default; without limit under a `timeBudget`. */
  cases?: number;
  /**
   * Seconds over all backends. Random problems go on until the time is used up. The fixed cases, such as edge cases and named layers, run
   * in any case.
   */
  timeBudget?: number;
  /**
   * Whether every check runs in full. By default a run of all algorithms samples what costs most. A run that is narrowed
   * to problems, algorithms, oracles, modules or a subject is always thorough.
   */
  thorough?: boolean;
  /** Problem strings that failed once; the run begins with them. They are ignored where `problems` is given. */
  regressions?: readonly string[];
  /** tfjs backends of this process to verify on; by default all that convgrad serves. */
  backends?: readonly string[];
  /**
   * Names of algorithms. `imported` and `imported-gradient` stand for what was registered over convgrad's. By default all algorithms, or
   * the imported ones alone where there are any.
   */
  algorithms?: readonly string[];
  passes?: readonly Pass[];
  /** Problem strings to verify instead of the cases. */
  problems?: readonly string[];
  fills?: readonly Fill[];
  /**
   * Where the tensors come from: one of `provenanceNames`, or three of them with commas for x, filter and dy. By default the seed and the
   * problem decide, and the fixed cases cover every provenance.
   */
  provenance?: string;
  /** Makes webgl keep its tensors in float16 textures, as many phones do. You must choose it before webgl is first used. */
  f16?: boolean;
  /** Flags of tfjs as NAME=VALUE, such as WEBGL_PACK=false. They are set before a backend is first used. */
  flags?: readonly string[];
  oracles?: readonly OracleName[];
  /** The engine that computes on cpu and wasm; see `install()`. */
  engine?: EngineName | 'auto';
  /** Threads on cpu and wasm. If you give a number, the threads share every piece of work, however small. */
  threads?: number;
  /**
   * What modules registered in tfjs, to be verified instead of convgrad's. By default, whatever stands over convgrad's in the places that
   * `install()` takes.
   */
  registered?: Registrations;
  /** Modules that the command line imported. The report and the replay lines name them. */
  imports?: readonly string[];
  /** The beginning of replay lines; `npx convgrad verify` by default. */
  command?: string;
  /** Whether the run stops at the first failure. */
  bail?: boolean;
  /** Aborting ends the run after the current case, with a report marked `interrupted`. */
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** Called with the results of each case as they come. */
  onResults?(results: VerifyResult[]): void;
  /** Called before each run of a pass, also while a failure is shrunk and explained. */
  onRun?(running: RunningPass): void;
  /**
   * False where a user's module called `uninstall()`: then convgrad is not installed for the run either, and every result fails with that
   * reason.
   */
  installed?: boolean;
  /** Whether the first failure of each algorithm and pass is shrunk and explained; true by default. */
  diagnose?: boolean;
  /**
   * Verifies a failed problem again in a new process. If it is right there, the failure depends on earlier calls. If absent, such a
   * dependence is looked for in this process alone.
   */
  rerun?: Rerun;
}

export const verifyOptionNames = keysOf<VerifyOptions>({
  ...{subject: true, timeoutMs: true, seed: true, cases: true, timeBudget: true, thorough: true},
  ...{regressions: true, backends: true},
  ...{algorithms: true, passes: true, problems: true, fills: true, f16: true, flags: true, oracles: true},
  ...{
    engine: true,
    threads: true,
    registered: true,
    provenance: true,
    onRun: true,
    imports: true,
    command: true,
    bail: true,
    signal: true,
  },
  ...{onProgress: true, onResults: true, installed: true, diagnose: true, rerun: true},
});

/** The options of a run, as its report shows them. */
export interface ReportedOptions {
  /** The subject's name. */
  subject?: string;
  seed: number;
  cases: number;
  timeBudget?: number;
  thorough: boolean;
  regressions: readonly string[];
  backends: readonly string[];
  algorithms: readonly string[];
  passes: readonly Pass[];
  problems: readonly string[];
  fills: readonly Fill[];
  provenance?: string;
  f16: boolean;
  flags?: readonly string[];
  oracles: readonly OracleName[];
  engine: EngineName | 'auto';
  threads?: number;
  imports: readonly string[];
  bail: boolean;
  /** False where convgrad was not installed during the run. */
  installed?: boolean;
}

/**
 * The default number of random problems. On two slow cores a run then takes less than a minute on cpu, and less than four on webgl in
 * software.
 */
export const defaultCases = 40;
