import {type Condition, conditions} from './conditions.js';
import type {Hypothesis, Scope} from './hypothesis.js';
import {type Model, outcome} from './model.js';
import {outcomeUnder, type Sample, type Suspect, scopes} from './suspects.js';

/** A possible cause. */
export interface CauseCandidate {
  cause: string;
  /** The cause without its condition, if it has one. */
  mistake?: string;
  predict(model: Model): Float64Array;
}

/** Mistakes that are always made, on the same axes. */
export function unconditional(suspects: readonly Suspect[]): CauseCandidate[] {
  return suspects.flatMap(({hypothesis, explains}) =>
    hypothesis.causes.flatMap((cause, scope): CauseCandidate[] =>
      [...explains.values()].every((found) => found[scope])
        ? [{cause, predict: (model) => outcomeUnder(hypothesis, model, scopes[scope])}]
        : [],
    ),
  );
}

/** Mistakes that are made under a condition. Each axis meets the condition or not. */
export function conditional(suspects: readonly Suspect[]): CauseCandidate[] {
  return suspects.flatMap((suspect) =>
    conditions.flatMap((condition) =>
      suspect.hypothesis.causes.flatMap((cause, scope): CauseCandidate[] => {
        const onOf = (model: Model) => scopeUnder(condition, model, scopes[scope]);
        const fits = [...suspect.explains].every(([sample, found]) => isExplained(sample, found, onOf(sample.model)));
        const {hypothesis} = suspect;
        return fits
          ? [
              {
                cause: `${cause} ${condition.when}`,
                mistake: cause,
                predict: (model) => underScope(hypothesis, model, onOf(model)),
              },
            ]
          : [];
      }),
    ),
  );
}

function scopeUnder({holds}: Condition, model: Model, {rows, columns}: Scope): Scope {
  return {rows: rows && holds(model.rows.axis, model), columns: columns && holds(model.columns.axis, model)};
}

function isExplained({isRight}: Sample, found: readonly boolean[], {rows, columns}: Scope): boolean {
  if (!rows && !columns) return isRight;
  // A mistake that does not depend on axes is made if both axes meet the condition.
  if (found.length === 1) return rows && columns ? found[0] : isRight;
  return found[scopes.findIndex((scope) => scope.rows === rows && scope.columns === columns)];
}

function underScope(hypothesis: Hypothesis, model: Model, on: Scope): Float64Array {
  const isMade = hypothesis.causes.length === 1 ? on.rows && on.columns : on.rows || on.columns;
  return isMade ? outcomeUnder(hypothesis, model, on) : outcome(model);
}
