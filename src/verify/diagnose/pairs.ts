import {agrees, differ} from './agreement.js';
import type {Candidate} from './candidates.js';
import type {Hypothesis} from './hypothesis.js';
import {type Model, outcome} from './model.js';
import {type Exhibit, isExplainedByOne, scopes} from './suspects.js';

/** Of mistakes that look the same in one problem. */
const mostAlike = 8;

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
  const alike = sorted(
    hypotheses.filter(({isRare}) => !isRare),
    key,
  );
  const fitting: Candidate[] = [];
  for (let last = 1; last < alike.length && isWithin() && fitting.length < mostFitting; last++) {
    for (let first = 0; first < last; first++) {
      const [ones, others] = [alike[first], alike[last]];
      if (!agrees(key.observation, outcome(others[0].make(ones[0].make(key.model))))) continue;
      for (const one of ones) for (const other of others) fitting.push(...pairOf(one, other, exhibits));
    }
  }
  return fitting;
}

/** The mistakes that show in the exhibit, those together whose results are the same. The likelier come first. */
function sorted(hypotheses: readonly Hypothesis[], {model}: Exhibit): Part[][] {
  const right = outcome(model);
  const drawers = new Map<string, Part[]>();
  for (const {causes, change} of hypotheses) {
    causes.forEach((cause, scope) => {
      const make = (of: Model) => change(of, scopes[scope]);
      const values = outcome(make(model));
      if (!differ(values, right)) return;
      const key = values.join();
      const drawer = drawers.get(key) ?? [];
      drawers.set(key, drawer);
      if (drawer.length < mostAlike) drawer.push({cause, make});
    });
  }
  return [...drawers.values()];
}

function pairOf(one: Part, other: Part, exhibits: readonly Exhibit[]): Candidate[] {
  const predict = (model: Model) => outcome(other.make(one.make(model)));
  if (!exhibits.every(({observation, model}) => agrees(observation, predict(model)))) return [];
  const isNeeded = (rest: Part) =>
    exhibits.filter(({observation, model}) => !agrees(observation, outcome(rest.make(model)))).length > 1;
  return isNeeded(one) && isNeeded(other) ? [{cause: `${one.cause}, and ${other.cause}`, predict}] : [];
}
