import {flopsOf, type Pass} from '../../geometry/pass.js';
import {agrees, differ, isRight} from './agreement.js';
import type {Hypothesis, Scope} from './hypothesis.js';
import {type Model, modelOf, outcome} from './model.js';
import type {Observation} from './patient.js';

/** A result that was seen, and the pass that it should come from. */
export interface Exhibit {
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

/** A hypothesis and the exhibits that it was held against. */
export interface Suspect {
  hypothesis: Hypothesis;
  /** Of each exhibit, whether the mistake explains it when made on the axes of `scopes`. */
  explains: Map<Exhibit, readonly boolean[]>;
}

export function exhibitOf(observation: Observation, pass: Pass, blank: number): Exhibit {
  const model = modelOf(observation.problem, pass, observation.inputs, blank);
  return {observation, model, isRight: isRight(observation), flops: flopsOf(model.info)};
}

/** What the mistake makes of the model. */
export function mistaken(hypothesis: Hypothesis, model: Model, on: Scope): Float64Array {
  return outcome(hypothesis.change(model, on));
}

/**
 * Whether the observed result is what was predicted. A prediction of the right result explains no wrong one, however near the two are: an error
 * of a few roundings agrees with everything that leaves a result as it is.
 */
export function explains({observation, isRight}: Exhibit, predicted: Float64Array): boolean {
  return agrees(observation, predicted) && (isRight || differ(predicted, observation.wanted.values));
}

function explanations({causes, change}: Hypothesis, exhibit: Exhibit): boolean[] {
  return scopes.slice(0, causes.length).map((on) => explains(exhibit, outcome(change(exhibit.model, on))));
}

/** Those that explain each wrong result in one scope or other, maybe not the same for all. Cheap exhibits come first, as most fall early. */
export function suspectsOf(
  hypotheses: readonly Hypothesis[],
  exhibits: readonly Exhibit[],
  isWithin: () => boolean,
): Suspect[] {
  const ordered = [...exhibits].sort((a, b) => Number(a.isRight) - Number(b.isRight) || a.flops - b.flops);
  let left = hypotheses.map((hypothesis): Suspect => ({hypothesis, explains: new Map()}));
  for (const exhibit of ordered) {
    left = left.filter((suspect) => isWithin() && confront(suspect, exhibit));
  }
  return left;
}

/** Whether the suspect can still have done it. */
export function confront({hypothesis, explains}: Suspect, exhibit: Exhibit): boolean {
  const found = explanations(hypothesis, exhibit);
  explains.set(exhibit, found);
  return exhibit.isRight || found.includes(true);
}

/** Whether a wrong result speaks for what explains it: on a tiny problem anything may. */
export function isTelling({observation, model, isRight}: Exhibit, rivals: readonly Hypothesis[]): boolean {
  if (isRight) return false;
  return rivals.some((rival) => {
    const predicted = mistaken(rival, model, scopes[0]);
    return differ(predicted, observation.wanted.values) && !agrees(observation, predicted);
  });
}

/** Whether one of the mistakes by itself, made on whatever axes, explains the exhibit. */
export function isExplainedByOne(hypotheses: readonly Hypothesis[], exhibit: Exhibit): boolean {
  return hypotheses.some((hypothesis) => explanations(hypothesis, exhibit).includes(true));
}
