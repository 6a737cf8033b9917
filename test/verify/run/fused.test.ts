import type {KernelFunc, TensorInfo} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {formatProblem} from '../../../src/geometry/problem.js';
import {fusedCases} from '../../../src/verify/cases/fusedCases.js';
import {isGood, verify} from '../../../src/verify/index.js';
import {injectFault} from '../../../src/verify/run/faultInjection.js';

const problems = fusedCases().map(({problem}) => formatProblem(problem));
const run = (more: object = {}) => verify({backends: ['cpu'], problems, algorithms: ['direct'], ...more});

test('every fused problem is right on cpu in all passes', async () => {
  const report = await run({algorithms: []});
  expect(report.results.filter(({status}) => status === 'failed' || status === 'vacuous')).toEqual([]);
  expect(isGood(report)).toBe(true);
  for (const problem of problems) {
    const passed = report.results.filter((result) => result.problem === problem && result.status === 'passed');
    expect(new Set(passed.map(({pass}) => pass)).size).toBe(3);
  }
});

/** The registered kernel with other attributes or inputs. */
const asked = (change: (params: Parameters<KernelFunc>[0]) => Partial<Parameters<KernelFunc>[0]>) => ({
  kernel: (name: string, right: KernelFunc): KernelFunc | undefined =>
    name.startsWith('Fused') ? (params) => right({...params, ...change(params)}) : undefined,
});

test.each<[string, string, Parameters<typeof injectFault>[1]]>([
  [
    'bias three times',
    '-bias',
    asked(({inputs}) => {
      const bias = inputs['bias'] as tf.Tensor | undefined;
      return {inputs: {...inputs, ...(bias ? {bias: tf.mul(bias, 3) as TensorInfo} : {})} as never};
    }),
  ],
  [
    'alpha larger by 0.5',
    '-leakyrelu',
    asked(({attrs}) => ({attrs: {...attrs, leakyreluAlpha: 0.5 + Number(attrs?.['leakyreluAlpha'] ?? 0.2)}})),
  ],
  [
    'elu as sigmoid',
    '-elu',
    asked(({attrs}) => ({
      attrs: {...attrs, activation: attrs?.['activation'] === 'elu' ? 'sigmoid' : attrs?.['activation']} as never,
    })),
  ],
])('%s fails every problem with it and no other', async (_, word, fault) => {
  const undo = injectFault('direct', fault);
  try {
    const {results} = await run({diagnose: false, oracles: ['reference']});
    const failed = new Set(results.filter(({status}) => status === 'failed').map(({problem}) => problem));
    expect([...failed].sort()).toEqual(problems.filter((problem) => problem.includes(word)).sort());
  } finally {
    undo();
  }
});

test('a fused kernel that is never called fails', async () => {
  const undo = injectFault('direct', {
    inject: () => {
      const {conv2d} = tf.fused;
      // A fused.conv2d made of single ops never runs the kernel.
      (tf.fused as {conv2d: unknown}).conv2d = ({x, filter, strides, pad, bias}: never) =>
        tf.add(tf.conv2d(x, filter, strides, pad), bias);
      return () => {
        (tf.fused as {conv2d: unknown}).conv2d = conv2d;
      };
    },
  });
  try {
    const {results} = await run({problems: ['ih3iw3ic2oc2kh2kw2-nhwc-bias'], passes: ['forward']});
    expect(results.map(({status, reason}) => `${status}: ${reason}`)).toContainEqual(
      'failed: FusedConv2D, linear should have run once; it ran 0×',
    );
  } finally {
    undo();
  }
});

test('the replay line of a fused failure runs that problem alone, and it fails in the same way', async () => {
  const undo = injectFault(
    'direct',
    asked(({attrs}) => ({attrs: {...attrs, activation: 'relu' as never}})),
  );
  try {
    const problem = problems.find((text) => text.endsWith('-bias11c-prelu11c'))!;
    const about = {diagnose: false, oracles: ['reference' as const], passes: ['forward' as const]};
    const failed = (await run({...about, problems: [problem]})).results.find(({status}) => status === 'failed')!;
    const words = failed.replay!.split(' ').slice(3);
    const given = (flag: string) => words[words.indexOf(flag) + 1]!;
    expect(given('--problem')).toBe(problem);
    const {results} = await run({
      ...about,
      ...{problems: [given('--problem')], seed: Number(given('--seed')), algorithms: [given('--algorithm')]},
      ...{fills: [given('--fill')], provenance: given('--provenance')},
    });
    expect(results.map(({status, reason, worst}) => ({status, reason, worst}))).toEqual([
      {status: 'failed', reason: failed.reason, worst: failed.worst},
    ]);
  } finally {
    undo();
  }
});
