import type {EngineName} from '../../engine/engineNames.js';
import {keysOf} from '../../geometry/didYouMean.js';
import type {Pass} from '../../geometry/pass.js';
import type {Fill} from '../data/fill.js';
import type {Registrations} from '../imports/registrations.js';
import type {OracleName} from '../oracles/oracle.js';
import type {VerifyResult} from '../report/result.js';
import type {RunningPass} from '../run/heartbeat.js';
import type {defaultTimeout, VerifySubject} from '../subject/verifySubject.js';

/** How far a run is. */
export interface Progress {
  backend: string;
  /** The problem string just done. */
  problem: string;
  done: number;
  total: number;
}

/** Proof that the verifier can fail: leave `install()` out, or put convgrad's kernels where the built-in ones are expected. */
export type BrokenSetup = 'no-install' | 'alias-builtin';

export const brokenSetups: readonly BrokenSetup[] = ['no-install', 'alias-builtin'];

/** Has a new process verify with these words. @returns whether something failed there; undefined where that is not known */
export type Rerun = (words: readonly string[]) => Promise<boolean | undefined>;

/** Options of `verify()`. */
export interface VerifyOptions {
  /** Verifies these functions instead of what tfjs has registered, which stays as it is. On `cpu` unless `backends` says otherwise. */
  subject?: VerifySubject;
  /** Milliseconds in which a promise of the subject must settle; {@link defaultTimeout} by default. */
  timeoutMs?: number;
  /** Decides the random problems and all data; 1 by default. */
  seed?: number;
  /** Random problems beside the edge cases and named layers; {@link defaultCases} by default, without limit under a `timeBudget`. */
  cases?: number;
  /** Seconds, over all backends: random problems go on until they are used. Edge cases and named layers are run in any case. */
  timeBudget?: number;
  /** Problem strings to begin with: what failed once. Not with `problems`. */
  regressions?: readonly string[];
  /** tfjs backends of this process; by default those that convgrad serves and this process has. */
  backends?: readonly string[];
  /** Algorithms, `imported` and `imported-gradient` for what was registered over convgrad's; all by default. */
  algorithms?: readonly string[];
  passes?: readonly Pass[];
  /** Problem strings to verify instead of the cases. */
  problems?: readonly string[];
  fills?: readonly Fill[];
  /**
   * Where the tensors come from, one of `provenanceNames` or three of them with commas for x, filter and dy. By default the seed and the problem decide,
   * and the fixed cases have each.
   */
  provenance?: string;
  /** Makes webgl keep its tensors in float16 textures, as many phones do; to be decided before webgl is first used. */
  f16?: boolean;
  /** Flags of tfjs as NAME=VALUE, such as WEBGL_PACK=false, set before a backend is first used. */
  flags?: readonly string[];
  oracles?: readonly OracleName[];
  /** What computes on cpu and wasm; see `install()`. */
  engine?: EngineName | 'auto';
  /** Threads on cpu and wasm; given, every piece of work is shared among them, however small. */
  threads?: number;
  /** What modules registered in tfjs, to be verified instead of convgrad's; by default what stands over convgrad's in the places that `install()` takes. */
  registered?: Registrations;
  /** Modules that the command line imported; named in the report and in replay lines. */
  imports?: readonly string[];
  /** How replay lines begin; `npx convgrad verify` by default. */
  command?: string;
  /** Stop at the first failure. */
  bail?: boolean;
  /** Aborting ends the run after the current case, with a report marked `interrupted`. */
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** Called with the results of each case as they come. */
  onResults?(results: VerifyResult[]): void;
  /** Called before each run of a pass, also where a failure is shrunk and explained. */
  onRun?(running: RunningPass): void;
  brokenSetup?: BrokenSetup;
  /** Whether the first failure of each algorithm and pass is shrunk and explained; true by default. */
  diagnose?: boolean;
  /** Has a new process verify what failed again, with the words of a command line: what is right there depends on earlier calls. Absent, that is looked for here alone. */
  rerun?: Rerun;
}

export const verifyOptionNames = keysOf<VerifyOptions>({
  ...{subject: true, timeoutMs: true, seed: true, cases: true, timeBudget: true, regressions: true, backends: true},
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
  ...{onProgress: true, onResults: true, brokenSetup: true, diagnose: true, rerun: true},
});

/** The options of a run as its report tells them. */
export interface ReportedOptions {
  /** The subject's name. */
  subject?: string;
  seed: number;
  cases: number;
  timeBudget?: number;
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
  brokenSetup?: BrokenSetup;
}

/** Random problems of a run unless told otherwise. On two slow cores a run then takes less than a minute on cpu, and less than four on webgl in software. */
export const defaultCases = 40;
