import {flopsOf, passTensors, sizeOf} from '../../../geometry/pass.js';
import {type Problem, problemInfo} from '../../../geometry/problem.js';
import type {Inputs} from '../../reference/reference.js';
import {commonFactor, differ, isRight} from './agreement.js';
import {type CauseCandidate, conditional, unconditional} from './candidates.js';
import {hypothesesOf} from './hypotheses.js';
import {modelOf} from './model.js';
import {type FailedPass, type Observation, observe} from './observe.js';
import {pairs} from './pairs.js';
import {lowPrecisionOf} from './precision.js';
import {furtherProbes, neighbours, probes} from './probes.js';
import {saturationOf} from './saturation.js';
import {explains, isDiscriminating, type Sample, sampleOf, stillExplains, suspectsOf} from './suspects.js';

/** A cause needs this many problems on which it predicts the wrong result correctly and another cause predicts something else. */
const neededEvidence = 2;
/** A cause under a condition, or a pair of causes, says more and needs more evidence. */
const moreEvidence = 3;
/** A cause is tested on this many further problems on which it predicts an error. */
const tests = 6;
/** If more causes than this fit equally well, there is no diagnosis. */
const mostCauses = 3;
/** Factors that carry numbers beyond 8 and beyond 16 bits. */
const ranges = [2 ** 9, 2 ** 18];
/** A problem with more operations than this takes too long for a search. */
const mostFlops = 100_000;

/** The causes that were found, and the samples seen on the way. */
export interface CauseSearch {
  causes: string[];
  samples: readonly Sample[];
}

/**
 * Finds the causes that explain every element of every result, on the failing problems and on others. Usually there is one. There are
 * several when no problem tells them apart, and none when nothing fits or too little was seen. Right results count too: they refute a cause
 * that predicts an error there. Single mistakes are tried first, then those made under a condition, then two at once.
 *
 * @param blank the value where nothing was read or written
 */
export async function explain(
  failedPass: FailedPass,
  [smallest, original]: readonly [smallest: Problem, original: Problem],
  blank: number,
  deadline: number,
): Promise<CauseSearch> {
  const {pass, target} = failedPass;
  const isLarge = largestTensor(smallest) > 2 ** 15;
  const hypotheses = hypothesesOf(pass, isLarge);
  const samples: Sample[] = [];
  const isWithin = () => performance.now() < deadline;
  const look = async (problem: Problem) => {
    if (!isWithin() || target.supports(problem, pass) !== true) return undefined;
    if (!isLarge && flopsOf(problemInfo(problem)) > mostFlops) return undefined;
    const sample = sampleOf(await observe(failedPass, failedPass.testVector(problem)), pass, blank);
    samples.push(sample);
    return sample;
  };
  const evidence = () => samples.filter((sample) => isDiscriminating(sample, hypotheses)).length;
  for (const problem of [smallest, original, ...probes(isLarge), ...(isLarge ? [] : neighbours(smallest, original))])
    await look(problem);
  for (const problem of furtherProbes()) {
    if (isLarge || samples.filter(({isRight}) => !isRight).length > moreEvidence) break;
    await look(problem);
  }
  if (evidence() < neededEvidence) return {causes: [], samples};

  /** The causes that further problems do not refute. Only problems on which the candidates differ or predict an error count. */
  const confirmed = async (candidates: CauseCandidate[], needed: number): Promise<string[]> => {
    let left = candidates;
    let tested = 0;
    for (const problem of furtherProbes()) {
      if (left.length === 0 || (tested >= tests && causesOf(left).length < 2) || !isWithin()) break;
      const {inputs, expected} = failedPass.testVector(problem);
      const model = modelOf(problem, pass, inputs, blank);
      const [first, ...others] = left.map(({predict}) => predict(model));
      const isTest = tested < tests && differ(first, expected[pass].values);
      if (!isTest && !others.some((other) => differ(first, other))) continue;
      const sample = await look(problem);
      if (!sample) continue;
      tested++;
      left = left.filter(({predict}) => explains(sample, predict(sample.model)));
    }
    if (causesOf(left).length > 1) left = await separatedByRange(left);
    return evidence() < needed ? [] : nameCauses(left);
  };

  /** The causes that still fit where numbers are large. Some mistakes about formats are the same on small numbers. */
  const separatedByRange = async (candidates: CauseCandidate[]): Promise<CauseCandidate[]> => {
    let left = candidates;
    const [sample] = samples.filter(({isRight}) => !isRight).sort((a, b) => a.flops - b.flops);
    for (const scale of sample && isWithin() ? ranges : []) {
      const [name] = passTensors[pass].inputs as readonly (keyof Inputs)[];
      const {problem, inputs} = sample.observation;
      const scaled = {...inputs, [name]: inputs[name].map((value) => scale * value)};
      const model = modelOf(problem, pass, scaled, blank);
      const predictions = left.map(({predict}) => predict(model));
      if (!predictions.some((other) => differ(predictions[0], other))) continue;
      const seen = sampleOf(await observe(failedPass, failedPass.testVector(problem), scaled), pass, blank);
      left = left.filter((_, i) => explains(seen, predictions[i]));
    }
    return left;
  };

  let suspects = suspectsOf(hypotheses, samples, isWithin);
  const seen = samples.length;
  let causes = await confirmed(unconditional(suspects), neededEvidence);
  const observations = samples.map(({observation}) => observation);
  if (causes.length === 0) causes = factorOf(observations);
  if (causes.length === 0) causes = lowPrecisionOf(observations);
  if (causes.length === 0) causes = saturationOf(observations);
  if (causes.length === 0) {
    for (const sample of samples.slice(seen)) suspects = suspects.filter((suspect) => stillExplains(suspect, sample));
    causes = await confirmed(conditional(suspects), moreEvidence);
  }
  if (causes.length === 0 && !isLarge) causes = await confirmed(pairs(hypotheses, samples, isWithin), moreEvidence);
  return {causes, samples};
}

/** Names the causes. If the candidates differ in their condition alone, the mistake itself is known. */
function nameCauses(left: readonly CauseCandidate[]): string[] {
  const causes = causesOf(left);
  if (causes.length <= mostCauses) return causes;
  const mistakes = [...new Set(left.map(({cause, mistake}) => (mistake ? `${mistake}, though not always` : cause)))];
  return mistakes.length === 1 ? mistakes : [];
}

function causesOf(left: readonly CauseCandidate[]): string[] {
  return [...new Set(left.map(({cause}) => cause))];
}

/** A result without a named cause may still be a multiple of the right one. */
function factorOf(observations: readonly Observation[]): string[] {
  if (observations.some(isRight) || observations.length < neededEvidence) return [];
  const factor = commonFactor(observations);
  return factor === undefined ? [] : [`a factor of ${factor}`];
}

function largestTensor(problem: Problem): number {
  const info = problemInfo(problem);
  return Math.max(...(['x', 'filter', 'y'] as const).map((name) => sizeOf(info, name)));
}
