import {passes} from '../../../../src/geometry/pass.js';
import {formatProblem} from '../../../../src/geometry/problem.js';
import {makeTestVector} from '../../../../src/verify/data/testVector.js';
import {differ} from '../../../../src/verify/reproduce/diagnose/agreement.js';
import {hypothesesOf} from '../../../../src/verify/reproduce/diagnose/hypotheses.js';
import {type Model, modelOf, outcome} from '../../../../src/verify/reproduce/diagnose/model.js';
import {furtherProbes, probes} from '../../../../src/verify/reproduce/diagnose/probes.js';
import {outcomeUnder, scopes} from '../../../../src/verify/reproduce/diagnose/suspects.js';

test('the model without a mistake equals the reference', () => {
  for (const problem of [...probes(false), ...furtherProbes().slice(0, 60)]) {
    const {inputs, expected} = makeTestVector(problem, 'integers', 3, 1);
    for (const pass of passes) {
      const found = Array.from(outcome(modelOf(problem, pass, inputs)));
      expect([formatProblem(problem), pass, found]).toEqual([
        formatProblem(problem),
        pass,
        Array.from(expected[pass].values),
      ]);
    }
  }
});

test.each(passes)('every cause for %s shows on at least two problems', (pass) => {
  const seen = new Map<string, number>();
  for (const isLarge of [false, true]) {
    const problems = isLarge ? probes(true).slice(-5) : [...probes(false), ...furtherProbes().slice(0, 40)];
    for (const problem of problems) {
      const {inputs} = makeTestVector(problem, isLarge ? 'integers' : 'reals', 3, 1);
      const model = modelOf(problem, pass, inputs);
      const truth = outcome(model);
      for (const hypothesis of hypothesesOf(pass, isLarge)) {
        hypothesis.causes.forEach((cause, scope) => {
          const count = seen.get(cause) ?? 0;
          if (count > 1) return;
          const showsIn = (one: Model) => differ(outcomeUnder(hypothesis, one, scopes[scope]), truth);
          const shows = showsIn(model) || showsIn({...model, blank: Number.NaN});
          seen.set(cause, count + (shows ? 1 : 0));
        });
      }
    }
  }
  expect([...seen].filter(([, count]) => count < 2).map(([cause]) => cause)).toEqual([]);
});
