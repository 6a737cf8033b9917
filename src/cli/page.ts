import {bench} from '../bench/bench.js';
import type {BenchOptions, BenchProgress} from '../bench/options.js';
import type {BenchReport} from '../bench/report.js';
import {benchSteps} from '../bench/steps/benchSteps.js';
import {type Examination, examine as examineHere} from '../verify/doctor/examine.js';
import {receiveModules} from '../verify/imports/beforeImports.js';
import type {ImportedModule} from '../verify/imports/imports.js';
import type {Progress, VerifyOptions} from '../verify/options/options.js';
import type {VerifyReport} from '../verify/report/report.js';
import type {VerifyResult} from '../verify/report/result.js';
import {heartbeat} from '../verify/run/heartbeat.js';
import {verify} from '../verify/verify.js';

/** Options that the command line passes to the page. */
export type PageOptions = Omit<
  VerifyOptions,
  'subject' | 'registered' | 'signal' | 'onProgress' | 'onResults' | 'onRun'
>;
export type BenchPageOptions = Omit<BenchOptions, 'signal' | 'onProgress' | 'onReport'>;

/** Globals of the page: the exports of this module, and the modules and callbacks that the command line adds. */
export interface PageGlobals {
  convgrad: {run: typeof run; examine: typeof examine; time: typeof time; abort: typeof abort};
  /** All of tfjs. */
  convgradTf: object;
  /** The module `beforeImports`, followed by the users' modules. */
  convgradImports: [unknown, ...ImportedModule[]];
  convgradCaseDone(results: VerifyResult[], progress: Progress): Promise<void>;
  convgradDoing(doing: string): Promise<void>;
  convgradBenching(progress: BenchProgress): Promise<void>;
  convgradBenched(report: BenchReport): Promise<void>;
  convgradOutcome(done: number): Promise<void>;
}

const page = globalThis as unknown as PageGlobals;
const controller = new AbortController();

/**
 * Runs `verify()` in the page. The returned report has no results: each case's results were sent out as they came, so that a crash loses
 * none.
 */
export async function run(options: PageOptions): Promise<VerifyReport> {
  const modules = page.convgradImports.slice(1) as ImportedModule[];
  const brought = await receiveModules(
    new Map((options.imports ?? []).map((file, i) => [file, modules[i]])),
    page.convgradTf,
  );
  let found: VerifyResult[] = [];
  const report = await verify({
    ...options,
    algorithms: options.algorithms?.length ? options.algorithms : brought.algorithms,
    registered: brought.registered,
    ...(brought.undone ? {installed: false} : {}),
    signal: controller.signal,
    onResults: (results) => {
      found = results;
    },
    onProgress: (progress) => void page.convgradCaseDone(found, progress),
    onRun: heartbeat((doing) => void page.convgradDoing(doing)),
  });
  return {...report, results: []};
}

/** Runs `examine()` in the page. */
export function examine(backend: string): Promise<Examination> {
  return examineHere(backend, (done) => void page.convgradOutcome(done));
}

/** Runs `bench()` in the page. */
export function time(options: BenchPageOptions): Promise<BenchReport> {
  return (options.steps ? benchSteps : bench)({
    ...options,
    signal: controller.signal,
    onProgress: (progress) => void page.convgradBenching(progress),
    onReport: (sofar) => void page.convgradBenched(sofar()),
  });
}

/** Ends the run after the current case or row. */
export function abort(): void {
  controller.abort();
}
