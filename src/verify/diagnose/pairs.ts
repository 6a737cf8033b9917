import {differ} from './agreement.js';
import type {Candidate} from './candidates.js';
import type {Hypothesis} from './hypothesis.js';
import {type Model, outcome} from './model.js';
import {type Exhibit, explains, isExplainedByOne, scopes} from './suspects.js';

/** A mistake on certain axes. */
interface Part {
  cause: string;
  make(model: Model): Model;
}

/** On a smaller problem too many pairs look alike, on a larger one the search takes too long. */
const leastFlops = 400;
const mostFlops = 10_000;
/** More pairs that fit one exhibit prove that it tells little. */
const mostFitting = 400;

/** Two mistakes at once that explain all exhibits, where each is needed for some of them. */
export function pairs(
  hypotheses: readonly Hypothesis[],
  exhibits: readonly Exhibit[],
  isWithin: () => boolean,
): Candidate[] {
  const wrong = exhibits.filter(({isRight, flops}) => !isRight && flops < mostFlops);
  wrong.sort((a, b) => a.flops - b.flops);
  const key = wrong.find((exhibit) => exhibit.flops >= leastFlops && !isExplainedByOne(hypotheses, exhibit));
  if (!key) return [];
  // Two mistakes that look the same alone may differ beside a third: each pair is tried, though half of them look alike.
  const parts = visibleIn(
    hypotheses.filter(({isRare}) => !isRare),
    key,
  );
  const fitting: Candidate[] = [];
  for (let last = 1; last < parts.length && isWithin() && fitting.length < mostFitting; last++) {
    for (const one of parts.slice(0, last)) {
      if (!explains(key, outcome(parts[last].make(one.make(key.model))))) continue;
      fitting.push(...pairOf(one, parts[last], exhibits));
    }
  }
  return fitting;
}

/** The mistakes that show in the exhibit. The likelier come first. */
function visibleIn(hypotheses: readonly Hypothesis[], {model}: Exhibit): Part[] {
  const right = outcome(model);
  return hypotheses.flatMap(({causes, change}) =>
    causes.flatMap((cause, scope): Part[] => {
      const make = (of: Model) => change(of, scopes[scope]);
      return differ(outcome(make(model)), right) ? [{cause, make}] : [];
    }),
  );
}

function pairOf(one: Part, other: Part, exhibits: readonly Exhibit[]): Candidate[] {
  const predict = (model: Model) => outcome(other.make(one.make(model)));
  if (!exhibits.every((exhibit) => explains(exhibit, predict(exhibit.model)))) return [];
  const isNeeded = (rest: Part) =>
    exhibits.filter((exhibit) => !explains(exhibit, outcome(rest.make(exhibit.model)))).length > 1;
  return isNeeded(one) && isNeeded(other) ? [{cause: `${one.cause}, and ${other.cause}`, predict}] : [];
}
