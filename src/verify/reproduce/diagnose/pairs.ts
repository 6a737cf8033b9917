import {differ} from './agreement.js';
import type {CauseCandidate} from './candidates.js';
import type {Hypothesis} from './hypothesis.js';
import {type Model, outcome} from './model.js';
import {explains, isExplainedByOne, type Sample, scopes} from './suspects.js';

/** A mistake on certain axes. */
interface ScopedHypothesis {
  cause: string;
  make(model: Model): Model;
}

/** On a smaller problem too many pairs look alike; on a larger one the search takes too long. */
const leastFlops = 400;
const mostFlops = 10_000;
/** If more pairs than this fit one sample, the sample proves little. */
const mostFitting = 400;

/** Finds two mistakes that together explain all samples, where each is needed for some of them. */
export function pairs(
  hypotheses: readonly Hypothesis[],
  samples: readonly Sample[],
  isWithin: () => boolean,
): CauseCandidate[] {
  const wrong = samples.filter(({isRight, flops}) => !isRight && flops < mostFlops);
  wrong.sort((a, b) => a.flops - b.flops);
  const key = wrong.find((sample) => sample.flops >= leastFlops && !isExplainedByOne(hypotheses, sample));
  if (!key) return [];
  // Two mistakes that look the same alone may differ in combination with a third. So each pair is tried, even though half of the mistakes
  // look alike.
  const parts = visibleIn(
    hypotheses.filter(({isRare}) => !isRare),
    key,
  );
  const fitting: CauseCandidate[] = [];
  for (let last = 1; last < parts.length && isWithin() && fitting.length < mostFitting; last++) {
    for (const one of parts.slice(0, last)) {
      if (!explains(key, outcome(parts[last].make(one.make(key.model))))) continue;
      fitting.push(...pairOf(one, parts[last], samples));
    }
  }
  return fitting;
}

/** The mistakes that show in the sample, the likelier ones first. */
function visibleIn(hypotheses: readonly Hypothesis[], {model}: Sample): ScopedHypothesis[] {
  const right = outcome(model);
  return hypotheses.flatMap(({causes, change}) =>
    causes.flatMap((cause, scope): ScopedHypothesis[] => {
      const make = (of: Model) => change(of, scopes[scope]);
      return differ(outcome(make(model)), right) ? [{cause, make}] : [];
    }),
  );
}

function pairOf(one: ScopedHypothesis, other: ScopedHypothesis, samples: readonly Sample[]): CauseCandidate[] {
  const predict = (model: Model) => outcome(other.make(one.make(model)));
  if (!samples.every((sample) => explains(sample, predict(sample.model)))) return [];
  const isNeeded = (rest: ScopedHypothesis) =>
    samples.filter((sample) => !explains(sample, outcome(rest.make(sample.model)))).length > 1;
  return isNeeded(one) && isNeeded(other) ? [{cause: `${one.cause}, and ${other.cause}`, predict}] : [];
}
