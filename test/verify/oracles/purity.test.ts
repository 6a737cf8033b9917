import * as tf from '@tensorflow/tfjs';
import type {Pass} from '../../../src/geometry/pass.js';
import {verify} from '../../../src/verify/index.js';
import {algorithmName, defineMutant, type Mutant} from '../../mutants/index.js';
import {sideEffectFaults} from '../../mutants/sideEffectFaults.js';
import {foreignGradient, foreignKernel} from './foreign.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const options = {backends: ['cpu'], oracles: ['purity'], diagnose: false} as const;
const pointwise = ['mb2ih3iw4ic1oc1kh1kw1', 'ih2iw3ic2oc2kh1kw1', 'ih3iw3ic2oc2kh1kw1-depthwise'];

test.each<[string, RegExp]>([
  ['result-is-input', /^where a factor is one: the result shares the memory of x: /],
  ['attributes-changed', /^Conv2D changed its attributes from \{"strides":\[1,1\],.* to \{"strides":\[2,2\],/],
  ['tensor-leaked', /^memory of 1 more tensors is left behind$/],
])('rejects mutant %s, whose values are right', async (name, reason) => {
  const mutant = sideEffectFaults.find((one) => one.name === name)!;
  const undo = defineMutant(mutant);
  try {
    const asked = {algorithms: [algorithmName(mutant)], passes: mutant.passes, problems: pointwise.slice(0, 1)};
    const {results} = await verify({...options, ...asked});
    expect(results.every(({status}) => status === 'failed')).toBe(true);
    expect(results[0].reason).toMatch(reason);
    const values = await verify({...options, ...asked, oracles: ['reference']});
    expect(values.summary).toMatchObject({failed: 0, passed: 2 * mutant.passes.length});
  } finally {
    undo();
  }
});

test('rejects a kernel whose result shares the array of x', async () => {
  const name = 'Conv2D';
  const undo = defineMutant({
    ...{name: 'sharing-array', passes: ['forward'], wrong: 'y has the array of x'},
    fault: {
      kernel: (called, right) =>
        called !== name
          ? undefined
          : (params) => {
              const y = right(params) as tf.TensorInfo;
              const {data} = params.backend as unknown as {data: {get(id: object): {values: Float32Array}}};
              const x = data.get(params.inputs['x']!.dataId);
              if (data.get(y.dataId).values.every((value, i) => value === x.values[i]))
                data.get(y.dataId).values = x.values;
              return y;
            },
    },
  });
  try {
    const {results} = await verify({
      ...options,
      algorithms: ['mutant-sharing-array'],
      passes: ['forward'],
      problems: pointwise,
    });
    expect(results.filter(({status}) => status === 'failed')[0].reason).toMatch(
      /^where a factor is one: element 0 of x was .* and is NaN after the run$/,
    );
  } finally {
    undo();
  }
});

test.each<[string, Pass, (kept: Float32Array, out: Float32Array) => void]>([
  ['overwrites', 'forward', (kept) => kept.fill(0, 0, 1)],
  ['writes over', 'backpropInput', (kept, out) => kept.set(out.subarray(0, kept.length))],
  ['adds to', 'backpropFilter', (kept, out) => kept.set(kept.map((value, i) => value + (out[i] ?? 0)))],
])('rejects a kernel that %s an earlier result', async (_, pass, spoil) => {
  let kept: Float32Array | undefined;
  const mutant: Mutant = {
    ...{name: 'kept', passes: [pass], wrong: 'it keeps its result and changes it at the next call'},
    mistake: (run) => (call) => {
      run(call);
      const out = call.out as Float32Array;
      if (kept && kept !== out) spoil(kept, out);
      kept = out;
    },
  };
  const undo = defineMutant(mutant);
  try {
    const {results} = await verify({
      ...{...options, algorithms: [algorithmName(mutant)], passes: [pass]},
      problems: ['mb2ih3iw4ic1oc1kh1kw1', 'mb2ih4iw5ic3oc2kh2kw3'],
    });
    expect(results.map(({status}) => status)).toEqual(['failed', 'failed']);
    for (const {reason} of results) expect(reason).toMatch(/^a later call changes the result: element \d+ was /);
  } finally {
    undo();
  }
});

test.each([2, 5, 16, 39])('rejects a kernel that hands out %i buffers in turn', async (count) => {
  const handedOut: Float32Array[] = [];
  const mutant: Mutant = {
    ...{name: 'ring', passes: ['forward'], wrong: 'it writes to the result of an earlier call'},
    mistake: (run) => (call) => {
      run(call);
      const out = call.out as Float32Array;
      if (handedOut.push(out) > count) handedOut.shift()!.set(out);
    },
  };
  const undo = defineMutant(mutant);
  try {
    const asked = {algorithms: [algorithmName(mutant)], passes: ['forward'], problems: ['ih3iw4ic1oc1kh1kw1']} as const;
    const {results} = await verify({...options, ...asked});
    expect(results.map(({status}) => status)).toEqual(['failed']);
    expect(results[0].reason).toMatch(/^a later call changes the result: element \d+ was /);
  } finally {
    undo();
  }
});

test('rejects a gradient that changes the attributes of its convolution', async () => {
  foreignGradient('Conv2D', (right) => (dy, saved, attrs) => {
    const found = right(dy, saved, structuredClone(attrs));
    (attrs['strides'] as number[])[0] = 9;
    return found;
  });
  const {results} = await verify({...options, fills: ['reals'], problems: ['mb2ih5iw6ic2oc3kh3kw2sh2sw1-same']});
  expect(results.map(({status}) => status)).toEqual(['failed', 'failed']);
  for (const {reason} of results)
    expect(reason).toMatch(
      /^the attributes of Conv2D were changed on the tape from \{"strides":\[2,1\],.* to \{"strides":\[9,1\],/,
    );
});

test('rejects a kernel that returns the same memory for the same inputs', async () => {
  const known = new WeakMap<object, tf.TensorInfo>();
  foreignKernel('Conv2D', (right) => (params) => {
    const {dataId} = params.inputs['x']!;
    const kept = known.get(dataId);
    if (kept && (params.backend as unknown as {data: {has(id: object): boolean}}).data.has(kept.dataId)) return kept;
    const result = right(params);
    known.set(dataId, result);
    return result;
  });
  const {results} = await verify({...options, passes: ['forward'], fills: ['reals'], problems: ['ih3iw4ic1oc1kh1kw2']});
  expect(results.map(({reason}) => reason)).toEqual([
    'two calls return the same memory: disposing of one result disposes of both',
  ]);
});

test('rejects a kernel that leaves a scope of the engine open', async () => {
  foreignKernel('Conv2D', (right) => (params) => {
    tf.engine().startScope('mine');
    return right(params);
  });
  const {results} = await verify({...options, passes: ['forward'], fills: ['reals'], problems: ['ih3iw4ic1oc1kh1kw2']});
  expect(results.map(({reason}) => reason)).toEqual([
    "it leaves a scope of tfjs's engine open, so tidy() frees the wrong tensors",
  ]);
});

test('passes right kernels on pointwise problems of any provenance', async () => {
  for (const provenance of ['uploaded', 'moved', 'cloned', 'shared']) {
    const {summary} = await verify({...options, problems: pointwise, provenance});
    expect(summary).toMatchObject({failed: 0, vacuous: 0});
    expect(summary.passed).toBeGreaterThan(10);
  }
});
