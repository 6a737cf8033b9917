import {formatProblem, type Problem, parseProblem} from '../../../geometry/problem.js';
import type {TestVector} from '../../data/testVector.js';
import {isApplicable, oracles} from '../../oracles/index.js';
import type {Diagnosis, VerifyResult} from '../../report/result.js';
import {ImplementationUnderTest} from '../../run/implementationUnderTest.js';
import {shrink, withFeaturesOf} from '../shrink.js';
import {isRight} from './agreement.js';
import {ignoredInputOf, misbehaviourOf, notFinite} from './behaviour.js';
import {describe} from './describe.js';
import {describeTerms} from './describeTerms.js';
import {epilogueCauses} from './epilogueCauses.js';
import {explain} from './explain.js';
import {groupErrors} from './groups.js';
import {nonlinearityOf} from './linearity.js';
import {neededProvenance} from './neededProvenance.js';
import {type FailedPass, observe} from './observe.js';
import {oneHot} from './oneHot.js';
import {probes} from './probes.js';
import type {Sample} from './suspects.js';
import {addUp, mappable, productsPerRun, termMap} from './termMap.js';
import {timeLimits} from './timeLimits.js';
import {observeWithoutEpilogue} from './withoutEpilogue.js';

const mostTries = 400;
/** At most this many wrong results are tested for being a sum of products. */
const mostTried = 8;

/**
 * Says what is wrong with a failed result. It shrinks the problem while the same oracle rejects the same pass, and sorts the errors. Then
 * it looks for the one mistake that explains every element on every problem tried. Only such a mistake is named as a cause.
 *
 * @param replay makes the command line for a problem
 */
export async function diagnose(
  failed: VerifyResult,
  failedPass: FailedPass,
  replay: (problem: string) => string,
): Promise<Diagnosis> {
  const problem = parseProblem(failed.problem);
  const {problem: smallest, isMinimal} = await shrink(problem, (simpler) => failsLike(failed, failedPass, simpler), {
    tries: mostTries,
    deadline: performance.now() + timeLimits.shrink,
  });
  const text = formatProblem(smallest);
  const provenance = await neededProvenance(failedPass, failedPass.testVector(smallest), (changed) =>
    failsLike(failed, failedPass, smallest, () => changed),
  );
  const found = {
    smallest: {problem: text, replay: replay(text)},
    ...(provenance === undefined ? {} : {provenance}),
    ...(await examine(failedPass, problem, smallest)),
  };
  return {text: describe(found, failed, isMinimal), ...found};
}

/**
 * Whether the oracle rejects the pass on a simpler problem as well. An exception counts only if the original failure was one.
 *
 * @param testVector the data of the simpler problem
 */
export async function failsLike(
  {oracle: name, worst}: VerifyResult,
  failedPass: FailedPass,
  simpler: Problem,
  testVector: (problem: Problem) => TestVector = failedPass.testVector,
): Promise<boolean> {
  const {target, pass, fill} = failedPass;
  const oracle = oracles.find((one) => one.name === name)!;
  if (!isApplicable(oracle, simpler, target.backend) || target.supports(simpler, pass) !== true) return false;
  if (oracle.judges(simpler, pass, fill, target) !== true) return false;
  try {
    return (await oracle.judge(new ImplementationUnderTest(testVector(simpler), target), pass)).status === 'failed';
  } catch {
    return worst === undefined;
  }
}

type DiagnosisDraft = Omit<Diagnosis, 'text' | 'smallest' | 'provenance'>;

/** Examines a failure. If an exception ends the examination, the findings so far are kept. */
async function examine(failedPass: FailedPass, problem: Problem, smallest: Problem): Promise<DiagnosisDraft> {
  const found: DiagnosisDraft = {groups: []};
  try {
    await findOut(found, failedPass, problem, smallest);
  } catch (error) {
    found.behaviour = `it throws: ${error instanceof Error ? error.message : String(error)}`;
  }
  return found;
}

async function findOut(
  found: DiagnosisDraft,
  failedPass: FailedPass,
  problem: Problem,
  smallest: Problem,
): Promise<void> {
  const {target, pass} = failedPass;
  const observation = await observe(failedPass, failedPass.testVector(problem));
  found.groups = groupErrors(observation, pass);
  if (observation.got.length !== observation.expected.values.length) {
    found.behaviour = 'its shape is wrong, so its values were not compared';
    return;
  }
  const reduced = failedPass.testVector(smallest);
  // Only a result that comes again can be explained.
  const misbehaviour = await misbehaviourOf(failedPass, reduced);
  if (misbehaviour) found.behaviour = misbehaviour;
  if ((misbehaviour && misbehaviour !== notFinite) || isRight(observation)) return;
  // A missing value counts as NaN if the result is not finite, and as 0 otherwise.
  const blank = misbehaviour ? Number.NaN : 0;
  if (smallest.epilogue) {
    const plain = await observeWithoutEpilogue(failedPass, [smallest, problem]);
    found.withoutEpilogue = plain;
    // If the pass is right without its epilogue, the terms of the sum do not matter.
    const causes = misbehaviour || plain.wrong > 0 ? [] : await epilogueCauses(failedPass, [smallest, problem]);
    if (causes.length > 0) found.hypothesis = causes;
    return;
  }
  const {causes, samples} =
    smallest.kind === 'depthwise' // the model covers dense convolutions only
      ? {causes: [], samples: []}
      : await explain(
          failedPass,
          [smallest, withFeaturesOf(problem, smallest)],
          blank,
          performance.now() + timeLimits.explain,
        );
  if (causes.length > 0) {
    found.hypothesis = causes;
    delete found.behaviour;
  } else if (!misbehaviour) {
    const others = probes(false).filter(
      (probe) => probe.kind === smallest.kind && target.supports(probe, pass) === true,
    );
    const ignored = await ignoredInputOf(failedPass, [problem, ...others.slice(0, 2)]);
    if (ignored) found.behaviour = ignored;
    else found.groups.push(...(await wrongTerms(failedPass, samples)));
  }
  const single = await oneHot(failedPass, reduced, performance.now() + timeLimits.oneHot);
  if (single) found.onehot = single;
}

/** Describes the wrong terms of a result that has no known cause. */
async function wrongTerms(failedPass: FailedPass, samples: readonly Sample[]): Promise<string[]> {
  const deadline = performance.now() + timeLimits.termMap;
  const at = (sample: Sample, line: string) => `in ${formatProblem(sample.observation.problem)} ${line}`;
  for (const perRun of [productsPerRun.counts, productsPerRun.coefficients]) {
    const sample = mappable(samples, perRun);
    const terms = sample && (await termMap(failedPass, sample, perRun, deadline));
    if (terms && addUp(terms, sample)) return describeTerms(terms, sample.model).map((line) => at(sample, line));
  }
  for (const sample of samples.filter(({isRight}) => !isRight).slice(0, mostTried)) {
    const reason = await nonlinearityOf(failedPass, sample.observation);
    if (reason) return [at(sample, reason)];
  }
  return [];
}
