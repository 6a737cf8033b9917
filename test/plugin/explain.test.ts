import {explain, type PassExplanation} from 'tfjs-convgrad';
import {algorithms} from '../../src/algorithms/index.js';
import {servedBackends} from '../../src/backends/index.js';
import {conv2dInfo} from '../../src/geometry/conv2dInfo.js';
import {passes} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {select} from '../../src/plugin/select.js';

const dense = 'mb2ih9iw7ic4oc6kh3kw2sh2-same';
const depthwise = 'ih17iw15ic3oc6kh3kw3-same-depthwise';
const passesOf = (problem: string, backend: string, algorithm?: string) =>
  explain(problem, {backends: [backend], ...(algorithm ? {algorithm} : {})}).backends[0].passes;
const [forward, , backpropFilter] = passes;
const named = (found: PassExplanation[], pass: string) => found.find((one) => one.pass === pass)!;

test.each([dense, depthwise])('for %s it names the selected algorithm and every other candidate once', (problem) => {
  for (const {backend, passes: found} of explain(problem).backends) {
    for (const {pass, algorithm, others} of found) {
      if (algorithm !== 'builtin') {
        const {implementation} = select('test', backend, problemInfo(parseProblem(problem)), pass, {
          algorithm: 'auto',
          accuracy: 'standard',
        });
        expect(implementation.algorithm).toBe(algorithm);
      }
      if (['webgl', 'webgpu'].includes(backend)) continue;
      const names = [algorithm, ...others.map((other) => other.algorithm)].filter((name) => name !== 'builtin');
      expect(names.sort()).toEqual(
        algorithms()
          .map(({name}) => name)
          .sort(),
      );
    }
  }
  expect(explain(problem).backends.map(({backend}) => backend)).toEqual(servedBackends());
});

test('a refused candidate has its own reason, the others come later in the order', () => {
  const {others} = named(passesOf(depthwise, 'cpu'), backpropFilter);
  expect(others).toContainEqual({
    algorithm: 'implicitGemm',
    why: 'a depthwise convolution has no sum over channels, so there is no matrix product',
  });
  expect(others).toContainEqual({algorithm: 'direct', why: 'later in order of preference'});
});

test('a tiny problem goes to the definition because it is fastest', () => {
  const found = named(passesOf('ih2iw2ic3oc6kh3kw3-same-depthwise', 'cpu'), backpropFilter);
  expect(found).toMatchObject({algorithm: 'direct', why: 'fastest for a problem this small'});
  expect(found.others).toContainEqual(
    expect.objectContaining({algorithm: 'depthwise', why: 'slower for a problem this small'}),
  );
});

test('on wasm a depthwise forward pass goes to the built-in, unless an algorithm is requested', () => {
  expect(named(passesOf('mb2ih9iw7ic4oc8kh3kw2sh2-same-depthwise', 'wasm'), forward)).toMatchObject({
    ...{algorithm: 'builtin', cost: {tensorsOnly: true}},
  });
  const asked = named(passesOf(dense, 'wasm', 'im2col'), forward);
  expect(asked).toMatchObject({algorithm: 'im2col', why: 'requested by name'});
  expect(asked.others).toContainEqual({algorithm: 'implicitGemm', why: "'im2col' was requested"});
});

test('a requested algorithm that refuses has its reason next to the one that serves', () => {
  const {algorithm, why} = named(passesOf(depthwise, 'cpu', 'implicitGemm'), forward);
  expect(algorithm).toBe('depthwise');
  expect(why).toMatch(/; 'implicitGemm' does not support it: a depthwise convolution has no sum over channels/);
});

test.each(['cpu', 'wasm', 'webgl', 'webgpu'])(
  'a time is shown on %s only where times decide, and the shortest wins',
  (backend) => {
    let [timed, untimed] = [0, 0];
    for (const size of [3, 9, 28, 56]) {
      for (const {predictedMilliseconds: chosen, others, why} of passesOf(
        `ih${size}iw${size}ic8oc16kh3kw3-same`,
        backend,
      )) {
        const times = others.flatMap(({predictedMilliseconds}) => predictedMilliseconds ?? []);
        if (chosen === undefined) {
          untimed++;
          expect(why).not.toContain('predicted');
          if (!why.includes('known to be faster')) expect(times).toEqual([]);
        } else {
          timed++;
          if (why === 'lowest predicted time') expect(chosen).toBeLessThanOrEqual(Math.min(...times));
        }
      }
    }
    expect(timed).toBeGreaterThan(0);
    expect(untimed > 0).toBe(['cpu', 'wasm'].includes(backend));
  },
);

test.each([
  ['-bias-relu', 'cpu', undefined],
  ['-bias111c-prelu', 'cpu', undefined],
  ['-bias-sigmoid', 'cpu', /^JavaScript's exp and that of vectors round differently/],
  ['-bias-sigmoid', 'webgl', undefined],
  ['-bias-elu', 'webgpu', undefined],
  ['-biasw1', 'cpu', 'a kernel takes one bias and one slope for each channel'],
  ['-prelu0', 'webgpu', 'a kernel takes one bias and one slope for each channel'],
  ['-nchw-relu', 'webgl', 'the kernel computes in NHWC, and the operands have shapes for NCHW'],
])(
  'for a problem with %s on %s it says whether the kernel computes the epilogue, or why not',
  (epilogue, backend, why) => {
    const [{epilogue: found}, ...backward] = passesOf(`ih28iw28ic16oc32kh3kw3-same${epilogue}`, backend);
    expect(found).toEqual(
      why === undefined ? {fused: true} : {fused: false, why: why instanceof RegExp ? expect.stringMatching(why) : why},
    );
    expect(backward.map((pass) => pass.epilogue)).toEqual([undefined, undefined]);
  },
);

test('an algorithm without an epilogue of its own is the reason why there is none in its kernel', () => {
  expect(named(passesOf('ih9iw9ic2oc3kh3kw3-relu', 'cpu', 'im2col'), forward).epilogue).toEqual({
    ...{fused: false, why: 'im2col computes the convolution alone'},
  });
  expect(named(passesOf('ih9iw9ic2oc3kh3kw3', 'cpu'), forward)).not.toHaveProperty('epilogue');
});

test('geometry, shapes and cost match the problem', () => {
  const found = explain(`${dense}-nchw`);
  expect(found).toMatchObject({
    problem: 'mb2ih9iw7ic4oc6kh3kw2sh2sw1dh1dw1-same-nchw',
    shapes: {x: [2, 4, 9, 7], filter: [3, 2, 4, 6], y: [2, 6, 5, 7]},
    geometry: {padTop: 1, padBottom: 1, padLeft: 0, padRight: 1},
  });
  const flops = 2 * (2 * 5 * 7) * (3 * 2 * 4) * 6;
  for (const {backend, passes: all} of found.backends) {
    for (const {cost} of all) {
      // Some webgpu shaders also multiply zeros outside the image.
      if (backend === 'webgpu') expect(cost.flops).toBeGreaterThanOrEqual(flops);
      else expect(cost.flops).toBe(flops);
      expect(cost.intensity).toBeCloseTo(flops / cost.bytes, 9);
    }
  }
  const tensors = 4 * (2 * 4 * 9 * 7 + 3 * 2 * 4 * 6 + 2 * 6 * 5 * 7);
  for (const {passes: all} of found.backends) expect(all[0].cost.bytes).toBeGreaterThanOrEqual(tensors);
});

const noneKnown = 'no known fault (not run here)';

test.each([
  ['ih9iw9ic2oc3kh3kw3dh2dw2-same', 'cpu', noneKnown, /dilation above 1/],
  ['ih9iw8ic2oc3kh3kw2-p1', 'cpu', /numeric pad/, /numeric pad/],
  ['ih6iw6ic2oc3kh3kw3sh2sw2-p0-ceil', 'cpu', noneKnown, /drops dimRoundingMode/],
  ['ih9iw9ic2oc3kh3kw3', 'cpu', noneKnown, noneKnown],
  ['ih9iw9ic2oc3kh3kw3', 'wasm', noneKnown, /no Conv2DBackpropFilter/],
  ['ih9iw9ic2oc3kh3kw3-nchw', 'wasm', /refuses NCHW/, /no Conv2DBackpropFilter/],
])('for %s it tells the faults of tfjs alone on %s', (problem, backend, alone, backward) => {
  const found = passesOf(problem, backend);
  for (const [pass, fault] of [
    [forward, alone],
    [backpropFilter, backward],
  ] as const) {
    expect(named(found, pass).alone).toEqual(fault instanceof RegExp ? expect.stringMatching(fault) : fault);
  }
});

test('an empty batch needs no algorithm', () => {
  const [{algorithm, cost, why}] = passesOf('mb0ih5iw5ic1oc1kh3kw3', 'cpu');
  expect({algorithm, flops: cost.flops, why}).toEqual({
    algorithm: undefined,
    flops: 0,
    why: expect.stringContaining('a size of 0'),
  });
});

test('takes a problem as an object', () => {
  expect(explain(parseProblem(dense))).toEqual(explain(dense));
  expect(explain(dense).geometry).toMatchObject(
    conv2dInfo('test', {xShape: [2, 9, 7, 4], filterShape: [3, 2, 4, 6], strides: [2, 1], pad: 'same'}),
  );
});

test('fills in defaults for a problem as an object', () => {
  const sizes = {inHeight: 5, inWidth: 6, inChannels: 2, outChannels: 3, filterHeight: 3, filterWidth: 2};
  expect(explain({...sizes, dataFormat: undefined, pad: null} as never)).toEqual(explain('ih5iw6ic2oc3kh3kw2'));
});

test.each([
  [() => explain(dense, {backends: ['abacus']}), "explain: unknown backend 'abacus'; use cpu, wasm, webgl, webgpu."],
  [() => explain(dense, {algorithm: 'magic'}), /^explain: unknown algorithm 'magic'; use auto, builtin, implicitGemm/],
  [
    () => explain(dense, {backends: 'cpu' as never}),
    'explain: backends must be an array of names such as \'cpu\'; got "cpu".',
  ],
  [
    () => explain(dense, {algorithm: Symbol('magic') as never}),
    /^explain: unknown algorithm Symbol\(magic\); use auto/,
  ],
  [() => explain('ih3iw3ic1oc1kh5kw5'), /^explain: the filter covers 5/],
  [() => (explain as () => unknown)(), 'explain: needs a problem or a problem string; got undefined.'],
  [() => explain(7 as never), 'explain: needs a problem or a problem string; got 7.'],
  [() => explain({} as never), 'explain: x [1,undefined,undefined,undefined] has the size undefined'],
  [() => explain({...parseProblem(dense), pad: [1, 1] as never}), /^explain: pad must be/],
])('refuses %s', (fn, message) => {
  expect(fn).toThrow(message);
});
