import {arithmeticOf} from '../../backends/index.js';
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
import {type Heatmap, heatmapOf, inputPlanes} from '../report/heatmap.js';
import type {VerifyResult} from '../report/result.js';
import {ImplementationUnderTest} from './implementationUnderTest.js';
import type {Target} from './target.js';

/**
 * Verifies one problem with one filling: every target against every oracle, in all passes. An exception becomes a failed result, unless the
 * target may refuse the problem.
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
  // If you name a problem, every oracle judges it, without sampling.
  const campaign = options.problems.length === 0;
  // Algorithms that need smaller integers get data of their own. All other algorithms share their data, and all algorithms share real data.
  const testVectors = new Map<number, TestVector>();
  for (const target of targets) {
    const {backend, algorithm, headroom} = target;
    const asked = options.provenance ? parseProvenance(options.provenance) : own;
    // A target that computes without tensors has no provenance to vary.
    const provenance = target.compute
      ? uniformProvenance('uploaded')
      : realizable(asked ?? drawProvenance(problem, fill, options.seed, backend), problem, backend);
    const about = {
      ...{problem: formatProblem(problem), ...(name ? {name} : {}), backend, algorithm, fill},
      provenance: formatProvenance(provenance),
    };
    const supported = options.passes.filter((pass) => target.supports(problem, pass) === true);
    // Other algorithms do what one does not support. So an unsupported pass is reported only for a target that you name: where it supports
    // no pass at all, or for a subject.
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
    const isThorough = options.thorough || target.imported !== undefined;
    const implementation = new ImplementationUnderTest(drawn, target, isThorough);
    const applicable = askedOf(oracles, problem, backend, fill, options).filter(
      (oracle) => !campaign || (judges?.includes(oracle.name) ?? true),
    );
    select(target);
    for (const pass of supported) {
      const able = targets.filter((other) => other.supports(problem, pass) === true);
      // What was imported is judged by every oracle. Algorithms of convgrad's share some of them out.
      const place = target.imported ? {index: 0, of: 1} : {index: able.indexOf(target), of: able.length};
      const none = await failureToRun(implementation, pass);
      if (none) {
        // There is nothing to judge, so one result stands for those of all oracles.
        results.push({...about, pass, oracle: applicable[0]?.name ?? 'reference', ...none});
        continue;
      }
      for (const oracle of applicable) {
        if (!oracle.passes.includes(pass) || (campaign && !isSampled(oracle, problem, backend, place, isThorough)))
          continue;
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

/** The oracles that judge such a problem, among those that the options ask for. */
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

/**
 * The status and reason for a pass that has no result; undefined when it has one. The status is a failure unless the target may refuse the
 * problem.
 */
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
  const picture = heatmapOf(got, implementation.expected(pass), pass, implementation.comparison);
  return picture && {...picture, inputs: inputPlanes(implementation.testVector, pass)};
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
