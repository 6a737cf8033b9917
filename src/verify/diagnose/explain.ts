import {sizeOf} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import {agrees, commonFactor, differ, isRight} from './agreement.js';
import {dataHypotheses} from './dataHypotheses.js';
import type {Hypothesis} from './hypothesis.js';
import {modelOf} from './model.js';
import {padHypotheses} from './padHypotheses.js';
import {type Observation, observe, type Patient} from './patient.js';
import {furtherProbes, probes} from './probes.js';
import {stepHypotheses} from './stepHypotheses.js';
import {valueHypotheses} from './valueHypotheses.js';

export const hypotheses: readonly Hypothesis[] = [
  ...padHypotheses,
  ...stepHypotheses,
  ...dataHypotheses,
  ...valueHypotheses,
];

/** On so many problems a cause must be right where the result is wrong and another cause predicts something else. */
const neededEvidence = 2;
/** More that fit equally well are no diagnosis. */
const mostCauses = 3;

/**
 * The causes that explain every element of every result, on the failing problems and on others: usually one, several when no problem
 * tells them apart, none when nothing fits or too little was seen. Right results count too: they refute what predicts an error there.
 */
export async function explain(patient: Patient, failing: readonly Problem[], deadline: number): Promise<string[]> {
  const {pass, target} = patient;
  const isLarge = failing.some((problem) => largestTensor(problem) > 2 ** 15);
  const candidates = hypotheses.filter(({passes}) => !passes || passes.includes(pass));
  const observations: Observation[] = [];
  let fitting = candidates;
  let evidence = 0;
  const look = async (problem: Problem) => {
    const observation = await observe(patient, patient.trial(problem));
    const model = modelOf(problem, pass, observation.inputs);
    fitting = fitting.filter((hypothesis) => agrees(observation, hypothesis.predict(model)));
    observations.push(observation);
    if (isRight(observation)) return;
    const rival = candidates.find((hypothesis) => {
      const predicted = hypothesis.predict(model);
      return differ(predicted, observation.wanted.values) && !agrees(observation, predicted);
    });
    if (rival) evidence++;
  };
  const isWithin = (problem: Problem) => performance.now() < deadline && target.supports(problem, pass) === true;
  for (const problem of [...failing, ...probes(isLarge)]) {
    if (isWithin(problem)) await look(problem);
  }
  for (const problem of furtherProbes()) {
    if (evidence >= neededEvidence && causesOf(fitting).length < 2) break;
    if (!isWithin(problem)) continue;
    const model = modelOf(problem, pass, patient.trial(problem).inputs);
    const [first, ...others] = fitting.map((hypothesis) => hypothesis.predict(model));
    if (evidence < neededEvidence || others.some((other) => differ(first, other))) await look(problem);
  }
  const causes = causesOf(fitting);
  if (evidence < neededEvidence || causes.length > mostCauses) return [];
  return causes.length > 0 ? causes : factorOf(observations);
}

function causesOf(fitting: readonly Hypothesis[]): string[] {
  return [...new Set(fitting.map(({cause}) => cause))];
}

/** What has no name may still be a multiple of the right result. */
function factorOf(observations: readonly Observation[]): string[] {
  const wrong = observations.filter((observation) => !isRight(observation)).map(commonFactor);
  const [factor] = wrong;
  if (factor === undefined || wrong.length < observations.length || wrong.length < neededEvidence) return [];
  return wrong.every((other) => other === factor) ? [`a factor of ${factor}`] : [];
}

function largestTensor(problem: Problem): number {
  const info = problemInfo(problem);
  return Math.max(...(['x', 'filter', 'y'] as const).map((name) => sizeOf(info, name)));
}
