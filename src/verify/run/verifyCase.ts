import {formatProblem, type Problem} from '../../geometry/problem.js';
import type {Case} from '../cases/index.js';
import type {Fill} from '../data/fill.js';
import {headroomFor, makeTestVector, type TestVector} from '../data/testVector.js';
import type {ReportedOptions} from '../options/options.js';
import {isApplicable, isSampled, type Oracle, oracles} from '../oracles/index.js';
import {
  drawProvenance,
  formatProvenance,
  parseProvenance,
  realizable,
  uniformProvenance,
} from '../provenance/provenance.js';
import {arithmeticOf} from '../reference/bound.js';
import {type Heatmap, heatmapOf} from '../report/heatmap.js';
import type {VerifyResult} from '../report/result.js';
import {ImplementationUnderTest} from './implementationUnderTest.js';
import type {Target} from './target.js';

/**
 * Verifies one problem with one filling: every target against every oracle, in all passes. An exception makes a failed result.
 * @param select makes the target the one that tfjs's kernels run
 */
export async function verifyCase(
  {problem, name, provenance: own, oracles: judges}: Case,
  fill: Fill,
  targets: readonly Target[],
  options: ReportedOptions,
  select: (target: Target) => void,
): Promise<VerifyResult[]> {
  const results: VerifyResult[] = [];
  // Who names a problem wants everything about it.
  const campaign = options.problems.length === 0;
  // Algorithms that need smaller integers get data of their own; the others, and real data, are for all.
  const testVectors = new Map<number, TestVector>();
  for (const target of targets) {
    const {backend, algorithm, headroom} = target;
    const asked = options.provenance ? parseProvenance(options.provenance) : own;
    // What computes without tensors has none that come from anywhere.
    const provenance = target.compute
      ? uniformProvenance('uploaded')
      : realizable(asked ?? drawProvenance(problem, fill, options.seed, backend), problem, backend);
    const about = {
      ...{problem: formatProblem(problem), ...(name ? {name} : {}), backend, algorithm, fill},
      provenance: formatProvenance(provenance),
    };
    const supported = options.passes.filter((pass) => target.supports(problem, pass) === true);
    // Other algorithms do what one does not support. Only who asked for nothing else by name is told.
    const tells = supported.length === 0 || options.subject !== undefined;
    if (tells && options.algorithms.includes(algorithm)) {
      for (const pass of options.passes.filter((pass) => !supported.includes(pass))) {
        const reason = String(target.supports(problem, pass));
        results.push({...about, pass, oracle: 'reference', status: 'skipped', reason});
      }
    }
    if (supported.length === 0) continue;
    const room = headroomFor(fill, headroom);
    const arithmetic = arithmeticOf(backend, options.f16);
    const drawn =
      testVectors.get(room) ?? makeTestVector(problem, fill, options.seed, headroom, arithmetic, provenance);
    testVectors.set(room, drawn);
    const implementation = new ImplementationUnderTest(drawn, target);
    const applicable = askedOf(oracles, problem, backend, fill, options).filter(
      (oracle) => !campaign || (judges?.includes(oracle.name) ?? true),
    );
    select(target);
    for (const pass of supported) {
      const able = targets.filter((other) => other.supports(problem, pass) === true);
      const place = {index: able.indexOf(target), of: able.length};
      const none = await failureToRun(implementation, pass);
      if (none) {
        // There is nothing to judge: one result, whoever would have judged.
        results.push({...about, pass, oracle: applicable[0]?.name ?? 'reference', ...none});
        continue;
      }
      for (const oracle of applicable) {
        if (!oracle.passes.includes(pass) || (campaign && !isSampled(oracle, problem, backend, place))) continue;
        const concerned = target.judgedBy?.(oracle.name, problem) ?? true;
        const judges = concerned === true ? oracle.judges(problem, pass, fill, target) : concerned;
        const result =
          judges === true
            ? await judgeWith(oracle, implementation, pass)
            : {status: 'skipped' as const, reason: judges};
        const picture = result.status === 'failed' ? await heatmapBy(implementation, pass) : undefined;
        results.push({...about, pass, oracle: oracle.name, ...result, ...(picture ? {heatmap: picture} : {})});
      }
    }
  }
  return results;
}

/** The oracles that judge such a problem, of those that were asked for. */
function askedOf(
  all: readonly Oracle[],
  problem: Problem,
  backend: string,
  fill: Fill,
  options: ReportedOptions,
): Oracle[] {
  return all.filter((oracle) => {
    const isAsked = options.oracles.includes(oracle.name) && oracle.fills.includes(fill);
    return isAsked && isApplicable(oracle, problem, backend) && (!oracle.float16 || options.f16);
  });
}

/** What is said of a pass that has no result, which is a failure unless the target may refuse the problem; undefined when it has one. */
async function failureToRun(
  implementation: ImplementationUnderTest,
  pass: VerifyResult['pass'],
): Promise<Pick<VerifyResult, 'status' | 'reason'> | undefined> {
  try {
    await implementation.result(pass);
    return undefined;
  } catch (error) {
    return {status: statusOf(error, implementation), reason: reasonOf(error)};
  }
}

function statusOf(error: unknown, {target, testVector}: ImplementationUnderTest): 'skipped' | 'failed' {
  return target.imported?.isRefusal?.(error, testVector.problem) ? 'skipped' : 'failed';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function heatmapBy(
  implementation: ImplementationUnderTest,
  pass: VerifyResult['pass'],
): Promise<Heatmap | undefined> {
  const {got} = await implementation.result(pass);
  return heatmapOf(got, implementation.expected(pass), pass, implementation.comparison);
}

async function judgeWith(
  oracle: Oracle,
  implementation: ImplementationUnderTest,
  pass: VerifyResult['pass'],
): Promise<Pick<VerifyResult, 'status' | 'reason' | 'worst' | 'overflow' | 'milliseconds'>> {
  try {
    const {milliseconds: builtin, ...judged} = await oracle.judge(implementation, pass);
    const {milliseconds: ours} = await implementation.result(pass);
    return {...judged, milliseconds: {ours, ...(builtin === undefined ? {} : {builtin})}};
  } catch (error) {
    return {status: statusOf(error, implementation), reason: reasonOf(error)};
  }
}
