import {formatProblem} from '../geometry/problem.js';
import {arithmeticOf} from './bound.js';
import type {Case} from './cases/index.js';
import type {Fill} from './fill.js';
import type {ReportedOptions} from './options.js';
import {type Judge, type Oracle, oracles} from './oracles/index.js';
import type {VerifyResult} from './result.js';
import type {PassRun} from './runPass.js';
import {runSubject} from './subject.js';
import type {Target} from './target.js';
import {type Trial, trial} from './trial.js';

/**
 * Verifies one problem with one filling: every target against every oracle, in all passes. An exception makes a failed result.
 * @param select makes the target the one that tfjs's kernels run
 */
export async function verifyCase(
  {problem, name}: Case,
  fill: Fill,
  targets: readonly Target[],
  options: ReportedOptions,
  select: (target: Target) => void,
): Promise<VerifyResult[]> {
  const results: VerifyResult[] = [];
  // Algorithms that need smaller integers get data of their own; most share theirs.
  for (const headroom of new Set(targets.map((target) => target.headroom))) {
    const group = targets.filter((target) => target.headroom === headroom);
    const passes = options.passes.filter((pass) => group.some((target) => target.supports(problem, pass) === true));
    const drawn = trial(problem, fill, options.seed, headroom);
    const bench = oracles.filter((oracle) => options.oracles.includes(oracle.name));
    const judges = await Promise.all(bench.map((oracle) => seat(oracle, drawn, passes)));
    for (const target of group) {
      const {backend, algorithm} = target;
      const about = {problem: formatProblem(problem), ...(name ? {name} : {}), backend, algorithm, fill};
      const supported = options.passes.filter((pass) => target.supports(problem, pass) === true);
      // Other algorithms do what one does not support. Only who asked for nothing else by name is told.
      if (supported.length === 0 && options.algorithms.includes(algorithm)) {
        for (const pass of options.passes) {
          const reason = String(target.supports(problem, pass));
          results.push({...about, pass, oracle: 'reference', status: 'skipped', reason});
        }
      }
      for (const pass of supported) {
        select(target);
        const run = await attempt(() => runSubject(drawn, target, pass));
        for (const {oracle, judge} of judges) {
          const judged = oracle.judges(problem, pass);
          const result =
            judged === true ? verdict(run, judge, pass, target, fill) : {status: 'skipped' as const, reason: judged};
          results.push({...about, pass, oracle: oracle.name, ...result});
        }
      }
    }
  }
  return results;
}

async function seat(
  oracle: Oracle,
  drawn: Trial,
  passes: readonly VerifyResult['pass'][],
): Promise<{oracle: Oracle; judge: Judge}> {
  const judged = passes.filter((pass) => oracle.judges(drawn.problem, pass) === true);
  return {oracle, judge: await oracle.prepare(drawn, judged)};
}

function verdict(
  run: PassRun | Error,
  judge: Judge,
  pass: VerifyResult['pass'],
  {backend, headroom}: Target,
  fill: Fill,
): Pick<VerifyResult, 'status' | 'reason' | 'worst' | 'milliseconds'> {
  if (run instanceof Error) return {status: 'failed', reason: run.message};
  const {milliseconds: builtin, ...judged} = judge(pass, run.got, {fill, headroom, arithmetic: arithmeticOf(backend)});
  return {...judged, milliseconds: {ours: run.milliseconds, ...(builtin === undefined ? {} : {builtin})}};
}

async function attempt<T>(run: () => Promise<T>): Promise<T | Error> {
  try {
    return await run();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
