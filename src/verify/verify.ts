import * as tf from '@tensorflow/tfjs-core';
import {equipmentOf} from '../backends/loadEquipment.js';
import type {DeviceErrors} from '../backends/testEquipment.js';
import {startCounting} from '../engine/coverageCounter.js';
import {formatProblem} from '../geometry/problem.js';
import type {Case} from './cases/index.js';
import type {Fill} from './data/fill.js';
import {importedCalls} from './imports/imported.js';
import {isEmpty} from './imports/registrations.js';
import type {VerifyOptions} from './options/options.js';
import {resolveOptions} from './options/resolveOptions.js';
import {type CounterHits, isComplete, missedCounters, startCoverage} from './proof/coverage.js';
import {environmentOf} from './report/environment.js';
import {makeReport, type VerifyReport} from './report/report.js';
import type {VerifyResult} from './report/result.js';
import {Tally} from './report/tally.js';
import {FailureDiagnoser} from './reproduce/diagnose/diagnoseFailures.js';
import {replayLine} from './reproduce/replay.js';
import {activateBackend, availableBackends, setUpFixture} from './run/fixture.js';
import {ableToReach, quickShare} from './run/quickShare.js';
import {fillsOf, Schedule} from './run/schedule.js';
import {subjectTarget, type Target} from './run/target.js';
import {targetsOf} from './run/targets.js';
import {verifyCase} from './run/verifyCase.js';
import {defaultTimeout} from './subject/verifySubject.js';

/**
 * Verifies convolutions and both of their gradients on the backends of this process. tfjs's tape computes them through convgrad's kernels.
 * The results are compared with the definition in float64 and with tfjs's own kernels.
 *
 * If somebody registered kernels or gradients over convgrad's since `install()`, those are verified instead of convgrad's. Afterwards
 * tfjs's active backend, the installation and all registrations are as before.
 *
 * @throws ConvgradError on options that make no sense, or a backend that this process does not have
 */
export async function verify(options: VerifyOptions = {}): Promise<VerifyReport> {
  const resolved = resolveOptions(options, availableBackends());
  const schedule = new Schedule(resolved);
  const fixture = await setUpFixture(resolved, options.registered);
  const stopCounting = startCounting();
  let device: DeviceErrors | undefined;
  try {
    const start = performance.now();
    const tally = new Tally();
    const command = options.command ?? 'npx convgrad verify';
    // Where convgrad is not installed, the reason is known.
    const diagnoser =
      options.diagnose === false || resolved.installed === false
        ? undefined
        : new FailureDiagnoser(resolved, command, options.rerun);
    const counters: CounterHits[] = [];
    let done = 0;
    let stopped = false;
    const tell = (backend: string, problem: string, found: VerifyResult[]) => {
      tally.add(found);
      options.onResults?.(found);
      options.onProgress?.({backend, problem, done, total: Math.max(done, schedule.total(done))});
    };
    for (const backend of resolved.backends) {
      await activateBackend(backend, resolved.f16);
      const targets = (
        options.subject
          ? [subjectTarget(backend, options.subject, options.timeoutMs ?? defaultTimeout)]
          : targetsOf(backend, fixture.imported, resolved.algorithms)
      ).map((target) => watchedTarget(target, options.onRun));
      const leftOut: {one: Case; fill: Fill; targets: readonly Target[]}[] = [];
      const judge = async (one: Case, fill: Fill, chosen: readonly Target[]) => {
        const found = await verifyCase(one, fill, chosen, resolved, fixture.select);
        last = found.at(-1) ?? last;
        found.push(...reportedIn(last, device?.take()));
        for (const result of found.filter(({status}) => status === 'failed' || status === 'vacuous')) {
          result.replay = replayLine(command, result, resolved);
        }
        await diagnoser?.diagnoseFailures(found, targets, fixture.select);
        done++;
        tell(backend, formatProblem(one.problem), found);
        stopped = resolved.bail && found.some(({status}) => status === 'failed');
        // Yields to the event loop, so that signals, timers and the screen are served.
        await new Promise((resolve) => setTimeout(resolve));
      };
      const isOver = () => stopped || options.signal?.aborted === true;
      const covered = options.subject ? () => [] : startCoverage(backend, resolved.oracles);
      device = equipmentOf(backend).watchDevice?.(tf.backend());
      let last: VerifyResult | undefined;
      for (const one of schedule.on(backend)) {
        for (const fill of fillsOf(one, resolved, backend)) {
          if (isOver()) break;
          const {judged, left} = quickShare(targets, one.problem, resolved);
          if (left.length > 0) leftOut.push({one, fill, targets: left});
          await judge(one, fill, judged);
        }
        if (isOver()) break;
      }
      // Whatever the sample, every part of the code has to run.
      for (const {one, fill, targets: left} of leftOut) {
        const missed = missedCounters({counters: covered(), complete: isComplete(resolved)});
        if (missed.length === 0 || isOver()) break;
        const chosen = ableToReach(missed, left, targets);
        if (chosen.length > 0) await judge(one, fill, chosen);
      }
      await device?.settle();
      const late = reportedIn(last, device?.take());
      for (const result of late) result.replay = replayLine(command, result, resolved);
      if (late.length > 0) tell(backend, late[0].problem, late);
      device?.stop();
      counters.push(...covered());
    }
    const seconds = (performance.now() - start) / 1000;
    const complete = isComplete(resolved) && isEmpty(fixture.imported.registrations) && !stopped;
    return makeReport(resolved, environmentOf(resolved.backends), tally, seconds, options.signal?.aborted, {
      coverage: {counters, complete},
      imported: importedCalls(fixture.imported, resolved),
      late: fixture.late(),
    });
  } finally {
    device?.stop();
    stopCounting();
    await fixture.tearDown();
  }
}

function watchedTarget(target: Target, onRun: VerifyOptions['onRun']): Target {
  const {backend, algorithm} = target;
  return onRun ? {...target, onRun: (problem, pass) => onRun({backend, algorithm, problem, pass})} : target;
}

/** Makes one failed result for each distinct error that the device reported. A device may report an error after the pass that caused it. */
function reportedIn(last: VerifyResult | undefined, errors: readonly string[] = []): VerifyResult[] {
  if (!last) return [];
  const {problem, name, backend, algorithm, pass, fill, provenance} = last;
  const about = {problem, ...(name ? {name} : {}), backend, algorithm, pass, fill, provenance};
  return [...new Set(errors)].map((error) => ({
    ...about,
    oracle: 'device',
    status: 'failed',
    reason: `the device reported, here or just before: ${error.split('\n')[0]}`,
  }));
}
