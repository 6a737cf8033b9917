import {type Guard, guards} from './guards.js';
import type {Hypothesis, Scope} from './hypothesis.js';
import {type Model, outcome} from './model.js';
import {type Exhibit, mistaken, type Suspect, scopes} from './suspects.js';

/** What may be named as the cause. */
export interface Candidate {
  cause: string;
  /** The cause without the condition, where it has one. */
  mistake?: string;
  predict(model: Model): Float64Array;
}

/** Mistakes that are made always, on the same axes. */
export function unguarded(suspects: readonly Suspect[]): Candidate[] {
  return suspects.flatMap(({hypothesis, explains}) =>
    hypothesis.causes.flatMap((cause, scope): Candidate[] =>
      [...explains.values()].every((found) => found[scope])
        ? [{cause, predict: (model) => mistaken(hypothesis, model, scopes[scope])}]
        : [],
    ),
  );
}

/** Mistakes that are made under a condition, each axis meeting it or not. */
export function guarded(suspects: readonly Suspect[]): Candidate[] {
  return suspects.flatMap((suspect) =>
    guards.flatMap((guard) =>
      suspect.hypothesis.causes.flatMap((cause, scope): Candidate[] => {
        const onOf = (model: Model) => scopeUnder(guard, model, scopes[scope]);
        const fits = [...suspect.explains].every(([exhibit, found]) =>
          isExplained(exhibit, found, onOf(exhibit.model)),
        );
        const {hypothesis} = suspect;
        return fits
          ? [
              {
                cause: `${cause} ${guard.when}`,
                mistake: cause,
                predict: (model) => underScope(hypothesis, model, onOf(model)),
              },
            ]
          : [];
      }),
    ),
  );
}

function scopeUnder({holds}: Guard, model: Model, {rows, columns}: Scope): Scope {
  return {rows: rows && holds(model.rows.axis, model), columns: columns && holds(model.columns.axis, model)};
}

function isExplained({isRight}: Exhibit, found: readonly boolean[], {rows, columns}: Scope): boolean {
  if (!rows && !columns) return isRight;
  // What knows no axes is made when both meet the condition.
  if (found.length === 1) return rows && columns ? found[0] : isRight;
  return found[scopes.findIndex((scope) => scope.rows === rows && scope.columns === columns)];
}

function underScope(hypothesis: Hypothesis, model: Model, on: Scope): Float64Array {
  const isMade = hypothesis.causes.length === 1 ? on.rows && on.columns : on.rows || on.columns;
  return isMade ? mistaken(hypothesis, model, on) : outcome(model);
}
