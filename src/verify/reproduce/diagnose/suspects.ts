import {flopsOf, type Pass} from '../../../geometry/pass.js';
import {agrees, differ, isRight} from './agreement.js';
import type {Hypothesis, Scope} from './hypothesis.js';
import {type Model, modelOf, outcome} from './model.js';
import type {Observation} from './observe.js';

/** An observed result, and the model of the pass that should have produced it. */
export interface Sample {
  observation: Observation;
  model: Model;
  isRight: boolean;
  flops: number;
}

/** The axes on which a mistake may be made. At least one axis is involved. */
export const scopes: readonly Scope[] = [
  {rows: true, columns: true},
  {rows: true, columns: false},
  {rows: false, columns: true},
];

/** A hypothesis and the samples that it was compared with. */
export interface Suspect {
  hypothesis: Hypothesis;
  /** For each sample and each of `scopes`, whether the mistake explains the sample when made on these axes. */
  explains: Map<Sample, readonly boolean[]>;
}

export function sampleOf(observation: Observation, pass: Pass, blank: number): Sample {
  const model = modelOf(observation.problem, pass, observation.inputs, blank);
  return {observation, model, isRight: isRight(observation), flops: flopsOf(model.info)};
}

/** The result of the model with the mistake. */
export function outcomeUnder(hypothesis: Hypothesis, model: Model, on: Scope): Float64Array {
  return outcome(hypothesis.change(model, on));
}

/**
 * Whether the observed result is the predicted one. A prediction of the right result never explains a wrong one, however near the two are.
 * Otherwise an error of a few roundings would agree with every hypothesis that leaves a result unchanged.
 */
export function explains({observation, isRight}: Sample, predicted: Float64Array): boolean {
  return agrees(observation, predicted) && (isRight || differ(predicted, observation.expected.values));
}

function explanations({causes, change}: Hypothesis, sample: Sample): boolean[] {
  return scopes.slice(0, causes.length).map((on) => explains(sample, outcome(change(sample.model, on))));
}

/**
 * The hypotheses that explain each wrong result in some scope, which may differ between results. Cheap samples come first, since most
 * hypotheses fail early.
 */
export function suspectsOf(
  hypotheses: readonly Hypothesis[],
  samples: readonly Sample[],
  isWithin: () => boolean,
): Suspect[] {
  const ordered = [...samples].sort((a, b) => Number(a.isRight) - Number(b.isRight) || a.flops - b.flops);
  let left = hypotheses.map((hypothesis): Suspect => ({hypothesis, explains: new Map()}));
  for (const sample of ordered) {
    left = left.filter((suspect) => isWithin() && stillExplains(suspect, sample));
  }
  return left;
}

/** Whether the suspect can still be the cause. */
export function stillExplains({hypothesis, explains}: Suspect, sample: Sample): boolean {
  const found = explanations(hypothesis, sample);
  explains.set(sample, found);
  return sample.isRight || found.includes(true);
}

/**
 * Whether a wrong result is evidence for the hypothesis that explains it. On a tiny problem many hypotheses may fit. If nothing but NaN came,
 * every hypothesis fits that loses all terms, whichever way, so that is no evidence for one of them.
 */
export function isDiscriminating({observation, model, isRight}: Sample, rivals: readonly Hypothesis[]): boolean {
  if (isRight || Array.from(observation.got).every((value) => Number.isNaN(value))) return false;
  return rivals.some((rival) => {
    const predicted = outcomeUnder(rival, model, scopes[0]);
    return differ(predicted, observation.expected.values) && !agrees(observation, predicted);
  });
}

/** Whether one of the mistakes alone, made on any axes, explains the sample. */
export function isExplainedByOne(hypotheses: readonly Hypothesis[], sample: Sample): boolean {
  return hypotheses.some((hypothesis) => explanations(hypothesis, sample).includes(true));
}
