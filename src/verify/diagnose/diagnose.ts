import {formatProblem, type Problem, parseProblem} from '../../geometry/problem.js';
import {hasQuestion, oracles} from '../oracles/index.js';
import type {Diagnosis, VerifyResult} from '../result.js';
import {shrink, withoutWhatIsLost} from '../shrink.js';
import {Subject} from '../subject.js';
import {isRight} from './agreement.js';
import {ignoredInputOf, misbehaviourOf, notFinite} from './behaviour.js';
import {describe} from './describe.js';
import {describeTerms} from './describeTerms.js';
import {epilogueCauses} from './epilogueCauses.js';
import {explain} from './explain.js';
import {groupErrors} from './groups.js';
import {oneHot} from './oneHot.js';
import {patience} from './patience.js';
import {observe, type Patient} from './patient.js';
import {probes} from './probes.js';
import type {Exhibit} from './suspects.js';
import {addUp, mappable, termMap} from './termMap.js';

const mostTries = 400;

/**
 * Says what is wrong with a failed result: shrinks the problem while the same oracle rejects the same pass, sorts the errors, and looks
 * for the one mistake that explains every element on every problem tried. A cause is named only then.
 *
 * @param replay the command line for a problem
 */
export async function diagnose(
  failed: VerifyResult,
  patient: Patient,
  replay: (problem: string) => string,
): Promise<Diagnosis> {
  const problem = parseProblem(failed.problem);
  const smallest = await shrink(problem, (simpler) => failsLike(failed, patient, simpler), {
    tries: mostTries,
    deadline: performance.now() + patience.shrink,
  });
  const text = formatProblem(smallest);
  const found = {smallest: {problem: text, replay: replay(text)}, ...(await examine(patient, problem, smallest))};
  return {text: describe(found, failed), ...found};
}

/** Whether the oracle rejects the pass on a simpler problem as well, by an exception only where it was one before. */
export async function failsLike(
  {oracle: name, worst}: VerifyResult,
  patient: Patient,
  simpler: Problem,
): Promise<boolean> {
  const {target, pass, fill} = patient;
  const oracle = oracles.find((one) => one.name === name)!;
  if (!hasQuestion(oracle, simpler, target.backend) || target.supports(simpler, pass) !== true) return false;
  if (oracle.judges(simpler, pass, fill, target) !== true) return false;
  try {
    return (await oracle.judge(new Subject(patient.trial(simpler), target), pass)).status === 'failed';
  } catch {
    return worst === undefined;
  }
}

type Findings = Omit<Diagnosis, 'text' | 'smallest'>;

/** What stands when an exception ends the examination is kept. */
async function examine(patient: Patient, problem: Problem, smallest: Problem): Promise<Findings> {
  const found: Findings = {groups: []};
  try {
    await findOut(found, patient, problem, smallest);
  } catch (error) {
    found.behaviour = `it throws: ${error instanceof Error ? error.message : String(error)}`;
  }
  return found;
}

async function findOut(found: Findings, patient: Patient, problem: Problem, smallest: Problem): Promise<void> {
  const {target, pass} = patient;
  const observation = await observe(patient, patient.trial(problem));
  found.groups = groupErrors(observation, pass);
  const reduced = patient.trial(smallest);
  // Before a result is explained it must be one that comes again.
  const misbehaviour = await misbehaviourOf(patient, reduced);
  if (misbehaviour) found.behaviour = misbehaviour;
  if ((misbehaviour && misbehaviour !== notFinite) || isRight(observation)) return;
  // What is not there may be a number by itself, or may make none of all that it meets.
  const blank = misbehaviour ? Number.NaN : 0;
  if (smallest.epilogue) {
    // Without it the pass is right, so the terms of the sum are no matter.
    const causes = misbehaviour ? [] : await epilogueCauses(patient, [smallest, problem]);
    if (causes.length > 0) found.hypothesis = causes;
    return;
  }
  const {causes, exhibits} =
    smallest.kind === 'depthwise' // of which the model knows nothing
      ? {causes: [], exhibits: []}
      : await explain(
          patient,
          [smallest, withoutWhatIsLost(problem, smallest)],
          blank,
          performance.now() + patience.explain,
        );
  if (causes.length > 0) {
    found.hypothesis = causes;
    delete found.behaviour;
  } else if (!misbehaviour) {
    const others = probes(false).filter(
      (probe) => probe.kind === smallest.kind && target.supports(probe, pass) === true,
    );
    const ignored = await ignoredInputOf(patient, [problem, ...others.slice(0, 2)]);
    if (ignored) found.behaviour = ignored;
    else found.groups.push(...(await wrongTerms(patient, exhibits)));
  }
  const single = await oneHot(patient, reduced, performance.now() + patience.oneHot);
  if (single) found.onehot = single;
}

/** Said where single ones in the inputs show other products than those of the result. */
export const dependsOnValues =
  'the result is not the sum of the products that single ones show: it depends on the values themselves, as where it saturates or skips some';

/** What can be said of a result that has no known cause. */
async function wrongTerms(patient: Patient, exhibits: readonly Exhibit[]): Promise<string[]> {
  const exhibit = mappable(exhibits);
  const terms = exhibit && (await termMap(patient, exhibit, performance.now() + patience.termMap));
  if (!terms) return [];
  const where = formatProblem(exhibit.observation.problem);
  if (!addUp(terms, exhibit)) return [`in ${where} ${dependsOnValues}`];
  return describeTerms(terms, exhibit.model).map((line) => `in ${where} ${line}`);
}
