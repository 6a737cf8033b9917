import * as tf from '@tensorflow/tfjs';
import {passes} from '../../../../src/geometry/pass.js';
import {type VerifyOptions, verify} from '../../../../src/verify/index.js';
import type {Diagnosis} from '../../../../src/verify/report/result.js';
import {notFinite} from '../../../../src/verify/reproduce/diagnose/behaviour.js';
import {dependsOnValues} from '../../../../src/verify/reproduce/diagnose/linearity.js';
import {depthwiseMutants} from '../../../mutants/depthwiseMutants.js';
import {algorithmName, defineMutant, findMutant, type Mutant, mutants} from '../../../mutants/index.js';
import {sizeMutants} from '../../../mutants/sizeMutants.js';
import {causes} from './causes.js';
import {blunders, strangers} from './knownMistakes.js';

// No time limits: the tests must not depend on the speed of the machine.
jest.mock('../../../../src/verify/reproduce/diagnose/timeLimits.js', () => ({
  timeLimits: {shrink: 1e6, explain: 1e6, termMap: 1e6, oneHot: 1e6, run: 1e6, reruns: 1e6},
}));

const problems = [
  'mb2ih6iw8ic3oc2kh3kw3sh2sw2-same',
  'mb2ih7iw8ic5oc3kh3kw2sh2sw3-same',
  'mb2ih6iw8ic3oc5kh2kw3-pt1pb0pl2pr1',
  'ih8iw9ic3oc2kh2kw3dh2dw1-same',
  'mb3ih5iw5ic3oc3kh3kw3-p1',
  'ih7iw8ic2oc3kh1kw2sh2sw2-p1',
];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The diagnosis of the first failure that a run meets. */
async function diagnosisOf(mutant: Mutant, options: VerifyOptions = {}): Promise<Diagnosis | undefined> {
  const undo = defineMutant(mutant);
  try {
    const algorithms = [algorithmName(mutant)];
    const report = await verify({
      problems,
      backends: ['cpu'],
      algorithms,
      passes: mutant.passes,
      bail: true,
      ...options,
    });
    return report.results.find(({diagnosis}) => diagnosis)?.diagnosis;
  } finally {
    undo();
  }
}

type Grade = 'right' | 'cannot say' | 'wrong';

/** Right if any named cause is allowed, wrong if none is. */
function grade(diagnosis: Diagnosis | undefined, allowed: readonly (RegExp | undefined)[]): Grade {
  const behaviour = diagnosis?.behaviour === notFinite ? undefined : diagnosis?.behaviour;
  const named = [...(diagnosis?.hypothesis ?? []), ...(behaviour ? [behaviour] : [])];
  if (named.length === 0) return 'cannot say';
  return named.some((cause) => allowed.some((one) => cause.split(', and ').some((part) => one?.test(part))))
    ? 'right'
    : 'wrong';
}

/** Mutants that the model covers: dense, and visible at the sizes of these problems. */
const dense = mutants.filter((mutant) => ![...depthwiseMutants, ...sizeMutants].includes(mutant));
/** Without the mutant that needs a large tensor. */
const quick = dense.filter(({name}) => name !== 'index-16-bit');

test('names the cause of at least 80% of the mutants, and none wrongly', async () => {
  const grades: [string, Grade, string?][] = [];
  for (const mutant of quick) {
    for (const pass of mutant.passes.slice(0, 1)) {
      const diagnosis = await diagnosisOf({...mutant, passes: [pass]});
      grades.push([mutant.name, grade(diagnosis, [causes[mutant.name]]), diagnosis?.text]);
    }
  }
  expect(Object.keys(causes).sort()).toEqual(dense.map(({name}) => name).sort());
  expect(grades.filter(([, grade]) => grade === 'wrong')).toEqual([]);
  expect(grades.filter(([, grade]) => grade === 'right').length).toBeGreaterThanOrEqual(0.8 * grades.length);
});

test.each<[string, string, RegExp | undefined]>([
  ['strided-dx-assigned', 'ih9iw9ic1oc1kh2kw2sh2sw2dh2dw2', undefined],
  ['pointwise-dfilter-unpadded', 'mb2ih5iw6ic2oc3kh1kw1-p1', /^the pad ignored/],
  ['images-past-4', 'mb6ih4iw5ic2oc3kh2kw3', undefined],
  ['stride-in-5-bits', 'ih70iw3ic1oc2kh2kw1sh33sw1', undefined],
])('names no wrong cause for %s on a problem of its own', async (name, problem, cause) => {
  const diagnosis = await diagnosisOf(findMutant(name), {problems: [problem]});
  expect(diagnosis).toBeDefined();
  expect(grade(diagnosis, [cause])).not.toBe('wrong');
});

test('shrinks and describes a depthwise failure without naming a cause', async () => {
  const diagnosis = await diagnosisOf(findMutant('multiplier-major'), {
    problems: ['mb2ih6iw5ic3oc9kh3kw2-same-depthwise'],
    passes: ['forward'],
  });
  expect(diagnosis).not.toHaveProperty('hypothesis');
  expect(diagnosis?.text).toContain('there are no hypotheses for depthwise convolutions');
  expect(diagnosis?.smallest.problem).toBe('mb1ih1iw1ic2oc4kh1kw1sh1sw1dh1dw1-valid-nhwc-depthwise');
});

test.each(blunders.map(([mutant, cause]) => [mutant.name, mutant, cause] as const))(
  'names the cause of %s',
  async (_, mutant, cause) => {
    const diagnosis = await diagnosisOf(mutant);
    expect(diagnosis?.hypothesis).toContainEqual(expect.stringMatching(cause));
  },
);

test.each(strangers.map((mutant) => [mutant.name, mutant] as const))(
  'describes %s, which has no known cause, without naming one',
  async (_, mutant) => {
    const diagnosis = await diagnosisOf(mutant);
    expect(diagnosis).not.toHaveProperty('hypothesis');
    expect(diagnosis).not.toHaveProperty('behaviour');
    expect(diagnosis?.groups).toContainEqual(expect.stringMatching(/^in mb.* \d+ products are /));
  },
);

test('of two mistakes at once names one of them or none', async () => {
  const wrong: unknown[] = [];
  for (const pass of passes) {
    const own = quick.filter((mutant) => mutant.passes.includes(pass));
    for (let i = 0; i < own.length; i += 5) {
      const one = own[i];
      const other = own[(i + 7) % own.length];
      const both: Mutant = {
        ...{name: 'pair', passes: [pass], wrong: `${one.wrong}, and ${other.wrong}`},
        mistake: (run) => one.mistake(other.mistake(run)),
      };
      const diagnosis = await diagnosisOf(both);
      if (grade(diagnosis, [causes[one.name], causes[other.name]]) === 'wrong')
        wrong.push([pass, one.name, other.name, diagnosis?.hypothesis, diagnosis?.behaviour]);
    }
  }
  expect(wrong).toEqual([]);
});

test.each<[string, VerifyOptions]>([
  ['where both show', {problems: ['ih8iw9ic3oc2kh2kw2dh2dw2-same']}],
  ['where the dilation is on one axis', {problems: ['mb2ih8iw9ic3oc2kh2kw3dh2dw1']}],
  ['where the run begins', {problems: []}],
])('names both an unflipped filter and an ignored dilation, %s', async (_, options) => {
  const [noFlip, undilated] = [findMutant('no-flip'), findMutant('dilation-ignored-dx')];
  const both: Mutant = {
    ...{name: 'pair', passes: ['backpropInput'], wrong: `${noFlip.wrong}, and ${undilated.wrong}`},
    mistake: (run) => noFlip.mistake(undilated.mistake(run)),
  };
  const diagnosis = await diagnosisOf(both, options);
  expect(diagnosis?.hypothesis).toEqual(['the dilation ignored on both axes, and the taps flipped on both axes']);
});

/** A mutant that changes each value of the result. */
const made = (name: string, change: (value: number) => number): Mutant => ({
  ...{name, passes: ['forward'], wrong: name},
  mistake: (run) => (call) => {
    run(call);
    call.out.set(call.out.map(change));
  },
});

test.each([1.001, 1.000001, 0.99999])('names a factor of %s with all its digits', async (factor) => {
  const diagnosis = await diagnosisOf(made('factor', (value) => value * factor));
  expect(diagnosis?.hypothesis).toEqual([`a factor of ${factor}`]);
});

test.each<[string, VerifyOptions]>([
  ['integers', {}],
  ['reals', {fills: ['reals'], oracles: ['reference']}],
])('names no cause for errors of a few roundings on %s', async (_, options) => {
  const diagnosis = await diagnosisOf(
    made('roundings', (value) => value + Math.abs(value) * 4e-7),
    options,
  );
  expect(diagnosis).toBeDefined();
  expect(diagnosis).not.toHaveProperty('hypothesis');
});

test.each<[number, number, string]>([
  [-127, 127, 'values above 127 clamped to 127 and values below -127 clamped to -127: it saturates'],
  [Number.NEGATIVE_INFINITY, 90, 'values above 90 clamped to 90: it saturates'],
])('says that a result clamped between %d and %d saturates', async (low, high, cause) => {
  const held = made('saturated', (value) => Math.min(high, Math.max(low, value)));
  const diagnosis = await diagnosisOf(held, {problems: [], oracles: ['reference']});
  expect(diagnosis?.hypothesis).toEqual([cause]);
});

test('shows no map of products for a result that depends on values', async () => {
  const bent = made('bent', (value) =>
    Math.abs(value) > 100 ? Math.sign(value) * 100 + Math.trunc(value / 7) : value,
  );
  const diagnosis = await diagnosisOf(bent, {problems: [], oracles: ['reference']});
  expect(diagnosis).not.toHaveProperty('hypothesis');
  expect(diagnosis?.groups.join()).toContain(dependsOnValues);
  expect(diagnosis?.text).not.toMatch(/products are/);
});

/** A mutant that scales the last output channel of dFilter. */
const lastChannelTimes = (factor: number): Mutant => ({
  ...{name: 'part', passes: ['backpropFilter'], wrong: `the last filter × ${factor}`},
  mistake: (run) => (call) => {
    run(call);
    const {outChannels: F} = call.info;
    if (F > 128 && F % 2 === 1) for (let i = F - 1; i < call.out.length; i += F) call.out[i] *= factor;
  },
});

test.each<[number, VerifyOptions['fills'], string]>([
  [0.5, ['integers'], 'counted 0.5 times'],
  [0.5, ['reals'], 'counted 0.5 times'],
  [0.3, ['integers'], 'counted 0.3 times'],
])('says that part of the products counts %s×, on %s', async (factor, fills, said) => {
  const options: VerifyOptions = {problems: ['ih1iw2ic2oc131kh1kw1'], oracles: ['reference'], fills};
  const diagnosis = await diagnosisOf(lastChannelTimes(factor), options);
  expect(diagnosis).not.toHaveProperty('hypothesis');
  expect(diagnosis?.groups).toContainEqual(expect.stringMatching(new RegExp(`products are ${said} .*channel 1[23]`)));
  expect(diagnosis?.text).not.toContain(dependsOnValues);
});

test('says that a constant added to the result is independent of the values', async () => {
  const added: Mutant = {
    ...{name: 'added', passes: ['forward'], wrong: 'one element is 1 too large'},
    mistake: (run) => (call) => {
      run(call);
      call.out[0] += 1;
    },
  };
  const diagnosis = await diagnosisOf(added);
  expect(diagnosis?.groups.join()).toMatch(/the result is not zero where x is all zeros/);
  expect(diagnosis?.text).not.toContain(dependsOnValues);
});

test('does not blame a depthwise convolution for a mistake that dense ones show', async () => {
  const diagnosis = await diagnosisOf(findMutant('pad-ignored'), {
    problems: ['mb2ih6iw5ic3oc9kh3kw2-same-depthwise'],
  });
  expect(diagnosis?.hypothesis).toEqual(['the pad ignored on both axes']);
  expect(diagnosis?.smallest.problem).not.toContain('depthwise');
  expect(diagnosis?.text).toContain('dense convolutions show it too');
});

test('gives one sentence with the smallest case, one product and the replay line', async () => {
  const diagnosis = await diagnosisOf(findMutant('last-column'));
  expect(diagnosis).toMatchObject({
    smallest: {problem: 'mb1ih1iw2ic1oc1kh1kw2sh1sw2dh1dw1-valid-nhwc'},
    onehot: {ones: {dy: [0, 0, 0, 0], filter: [0, 1, 0, 0]}, wrong: [{position: [0, 0, 1, 0], got: 0, want: 1}]},
    groups: expect.arrayContaining(['only the last column']),
  });
  expect(diagnosis?.text).toMatch(
    /^dx of cpu\/mutant-last-column is wrong for kernel 1×2, stride 1×2: in the first failed case, \d+ of \d+ elements are wrong, only the last column.*; it equals the right result with the last input column left out when the stride is 2 and the size even.* Smallest case mb1ih1iw2.*; replay: npx convgrad verify .*--problem mb1ih1iw2/,
  );
});

test('names overwritten inputs and stale buffers, and says when nothing explains the failure', async () => {
  const clobbered = await diagnosisOf({...findMutant('input-clobbered'), passes: ['forward']});
  expect(clobbered).toMatchObject({behaviour: 'a call overwrites its input x', groups: []});
  expect(clobbered?.text).toMatch(/^purity rejects y of cpu\/mutant-input-clobbered: element \d+ of x was/);
  const stateful = await diagnosisOf(findMutant('stale-buffer'), {oracles: ['reference']});
  expect(stateful?.behaviour).toBe('each call adds to what earlier calls left: it accumulates into a stale buffer');
  const odd: Mutant = {
    ...{name: 'odd', passes: ['forward'], wrong: 'one element is off'},
    mistake: (run) => (call) => {
      run(call);
      call.out[call.out.length >> 1] += 1;
    },
  };
  const unknown = await diagnosisOf(odd);
  expect(unknown).not.toHaveProperty('hypothesis');
  expect(unknown?.text).toContain('no known mistake explains it');
});

test('shrinks an exception to the smallest problem that throws', async () => {
  const throwing: Mutant = {
    ...{name: 'throwing', passes: ['forward'], wrong: 'it throws under stride'},
    mistake: (run) => (call) => {
      if (call.info.strideWidth > 1) throw new Error('no strides, please');
      run(call);
    },
  };
  expect(await diagnosisOf(throwing)).toMatchObject({
    behaviour: 'it throws: no strides, please',
    smallest: {problem: 'mb1ih1iw1ic1oc1kh1kw1sh1sw2dh1dw1-valid-nhwc'},
  });
});

test('diagnoses nothing with diagnose: false', async () => {
  expect(await diagnosisOf(findMutant('sign'), {diagnose: false})).toBeUndefined();
});
