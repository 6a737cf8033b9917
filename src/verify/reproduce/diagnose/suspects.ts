import {flopsOf, type Pass} from '../../../geometry/pass.js';
import {agrees, differ, isRight} from './agreement.js';
import type {Hypothesis, Scope} from './hypothesis.js';
import {type Model, modelOf, outcome} from './model.js';
import type {Observation} from './observe.js';

/** A result that was seen, and the pass that it should come from. */
export interface Sample {
  observation: Observation;
  model: Model;
  isRight: boolean;
  flops: number;
}

/** The axes on which a mistake may be made. Without any there is none. */
export const scopes: readonly Scope[] = [
  {rows: true, columns: true},
  {rows: true, columns: false},
  {rows: false, columns: true},
];

/** A hypothesis and the samples that it was held against. */
export interface Suspect {
  hypothesis: Hypothesis;
  /** Of each sample, whether the mistake explains it when made on the axes of `scopes`. */
  explains: Map<Sample, readonly boolean[]>;
}

export function sampleOf(observation: Observation, pass: Pass, blank: number): Sample {
  const model = modelOf(observation.problem, pass, observation.inputs, blank);
  return {observation, model, isRight: isRight(observation), flops: flopsOf(model.info)};
}

/** What the mistake makes of the model. */
export function outcomeUnder(hypothesis: Hypothesis, model: Model, on: Scope): Float64Array {
  return outcome(hypothesis.change(model, on));
}

/**
 * Whether the observed result is what was predicted. A prediction of the right result explains no wrong one, however near the two are: an error
 * of a few roundings agrees with everything that leaves a result as it is.
 */
export function explains({observation, isRight}: Sample, predicted: Float64Array): boolean {
  return agrees(observation, predicted) && (isRight || differ(predicted, observation.expected.values));
}

function explanations({causes, change}: Hypothesis, sample: Sample): boolean[] {
  return scopes.slice(0, causes.length).map((on) => explains(sample, outcome(change(sample.model, on))));
}

/** Those that explain each wrong result in one scope or other, maybe not the same for all. Cheap samples come first, as most fall early. */
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

/** Whether the suspect can still have done it. */
export function stillExplains({hypothesis, explains}: Suspect, sample: Sample): boolean {
  const found = explanations(hypothesis, sample);
  explains.set(sample, found);
  return sample.isRight || found.includes(true);
}

/** Whether a wrong result speaks for what explains it: on a tiny problem anything may. */
export function isDiscriminating({observation, model, isRight}: Sample, rivals: readonly Hypothesis[]): boolean {
  if (isRight) return false;
  return rivals.some((rival) => {
    const predicted = outcomeUnder(rival, model, scopes[0]);
    return differ(predicted, observation.expected.values) && !agrees(observation, predicted);
  });
}

/** Whether one of the mistakes by itself, made on whatever axes, explains the sample. */
export function isExplainedByOne(hypotheses: readonly Hypothesis[], sample: Sample): boolean {
  return hypotheses.some((hypothesis) => explanations(hypothesis, sample).includes(true));
}
