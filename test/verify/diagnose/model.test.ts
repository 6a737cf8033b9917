import {passes} from '../../../src/geometry/pass.js';
import {formatProblem} from '../../../src/geometry/problem.js';
import {differ} from '../../../src/verify/diagnose/agreement.js';
import {hypotheses} from '../../../src/verify/diagnose/explain.js';
import {modelOf, right} from '../../../src/verify/diagnose/model.js';
import {furtherProbes, probes} from '../../../src/verify/diagnose/probes.js';
import {trial} from '../../../src/verify/trial.js';

test('without a mistake the model is the reference', () => {
  for (const problem of [...probes(false), ...furtherProbes().slice(0, 60)]) {
    const {inputs, wanted} = trial(problem, 'integers', 3, 1);
    for (const pass of passes) {
      const found = Array.from(right(modelOf(problem, pass, inputs)));
      expect([formatProblem(problem), pass, found]).toEqual([
        formatProblem(problem),
        pass,
        Array.from(wanted[pass].values),
      ]);
    }
  }
});

test.each(passes)('of %s, every cause is a mistake on two problems at least', (pass) => {
  const seen = new Map<string, number>();
  for (const problem of [...probes(true), ...furtherProbes().slice(0, 40)]) {
    const isLarge = problem.inHeight * problem.inWidth * problem.inChannels * problem.outChannels > 7000;
    const model = modelOf(problem, pass, trial(problem, isLarge ? 'integers' : 'reals', 3, 1).inputs);
    const truth = right(model);
    for (const {cause, passes: only, predict} of hypotheses) {
      const late = isLarge !== /bits|2\^/.test(cause);
      if ((only && !only.includes(pass)) || late) continue;
      seen.set(cause, (seen.get(cause) ?? 0) + (differ(predict(model), truth) ? 1 : 0));
    }
  }
  expect([...seen].filter(([, count]) => count < 2).map(([cause]) => cause)).toEqual([]);
});
