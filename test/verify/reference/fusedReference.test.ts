import {arithmeticOf} from '../../../src/backends/index.js';
import {type Activation, activationNames} from '../../../src/geometry/activations.js';
import {parseProblem} from '../../../src/geometry/problem.js';
import {drawInputs} from '../../../src/verify/data/fill.js';
import {makeTestVector} from '../../../src/verify/data/testVector.js';
import {activationDefinitions} from '../../../src/verify/reference/activations.js';
import {boundAt} from '../../../src/verify/reference/bound.js';
import {awayFromKinks, type FusedProblem, fusedReference} from '../../../src/verify/reference/fusedReference.js';
import {type AllInputs, reference} from '../../../src/verify/reference/reference.js';

const fused = (text: string) => parseProblem(text) as FusedProblem;

test('matches a hand computation with bias and prelu', () => {
  const problem = fused('ih1iw1ic1oc2kh1kw1-nhwc-bias-prelu');
  const inputs = {
    ...{x: Float32Array.of(3), filter: Float32Array.of(2, -4), dy: Float32Array.of(5, 7)},
    ...{bias: Float32Array.of(-1, 1), slopes: Float32Array.of(0.5, 0.25)},
  };
  // z = (5, −11); y = (5, −2.75); dz = (5, 1.75)
  const {passes, epilogueGradients: beside} = fusedReference(problem, inputs);
  expect([...passes.forward.values]).toEqual([5, -2.75]);
  expect([...passes.backpropInput.values]).toEqual([5 * 2 - 1.75 * 4]);
  expect([...passes.backpropFilter.values]).toEqual([15, 5.25]);
  expect([...beside.bias!.values]).toEqual([5, 1.75]);
  expect([...beside.slopes!.values]).toEqual([0, -77]);
});

test.each([
  ['relu', -2, 0],
  ['relu', 2, 2],
  ['relu6', 7, 6],
  ['elu', -1, Math.exp(-1) - 1],
  ['sigmoid', 1, 1 / (1 + Math.exp(-1))],
  ['leakyrelu', -2, -0.4],
] as const)('evaluates %s of %d', (activation, z, y) => {
  expect(activationDefinitions[activation].value(z, 0.2)).toBeCloseTo(y, 12);
});

test('the derivative of each activation is the slope of its value, within its Lipschitz constant', () => {
  for (const activation of activationNames()) {
    const {value, derivative, lipschitz: steepness, kinks} = activationDefinitions[activation];
    for (const z of [-8.1, -3.3, -0.7, -0.1, 0.2, 1.9, 5.5, 6.6]) {
      for (const slope of [-1.5, 0.2, 3]) {
        const h = 1e-5;
        expect(derivative(z, slope)).toBeCloseTo((value(z + h, slope) - value(z - h, slope)) / (2 * h), 7);
        expect(Math.abs(derivative(z, slope))).toBeLessThanOrEqual(steepness(slope));
      }
    }
    for (const kink of kinks) {
      const {jump} = activationDefinitions[activation];
      expect(Math.abs(derivative(kink + 1e-9, 0.3) - derivative(kink - 1e-9, 0.3))).toBeCloseTo(jump(0.3), 12);
    }
  }
});

const everything = [
  ...activationNames().map((activation) => `mb2ih4iw5ic2oc6kh3kw2-same-nhwc-bias-${activation}`),
  ...activationNames().map((activation) => `mb2ih4iw5ic2oc4kh3kw2-same-nchw-depthwise-bias1-${activation}`),
  'mb2ih4iw5ic2oc3kh2kw2-same-nhwc-biasnhwc-preluhw1',
  'mb2ih4iw5ic2oc3kh2kw2-same-nhwc-bias1wc-preluh1c',
];

test.each(everything)('all gradients equal finite differences of the forward pass: %s', (text) => {
  const problem = fused(text);
  const {inputs} = makeTestVector(problem, 'reals', 1, 1);
  const {passes, epilogueGradients: beside} = fusedReference(problem, inputs);
  const gradients: [keyof AllInputs, ArrayLike<number>][] = [
    ['x', passes.backpropInput.values],
    ['filter', passes.backpropFilter.values],
    ...Object.entries(beside).map(
      ([name, {values}]) => [name as keyof AllInputs, values] as [keyof AllInputs, Float64Array],
    ),
  ];
  const loss = (name: keyof AllInputs, index: number, by: number) => {
    const changed = Float64Array.from(inputs[name]!);
    changed[index] += by;
    const {values} = reference(problem, {...inputs, [name]: changed} as never).forward;
    return values.reduce((sum, y, i) => sum + y * inputs.dy[i]!, 0);
  };
  const h = 2 ** -20; // far below the distance that dy's zeros keep from a kink
  for (const [name, values] of gradients) {
    for (let index = 0; index < values.length; index += 1 + Math.floor(values.length / 8)) {
      expect(values[index]).toBeCloseTo((loss(name, index, h) - loss(name, index, -h)) / (2 * h), 4);
    }
  }
});

test('dy is zero where the sum is at a kink', () => {
  const problem = fused('ih1iw1ic1oc3kh1kw1-nhwc-relu');
  const dy = awayFromKinks(problem, {
    ...{x: Float32Array.of(1), filter: Float32Array.of(1, 0, -1), dy: Float32Array.of(2, 3, 4)},
  });
  expect([...dy]).toEqual([2, 0, 4]);
});

test('results on integers are exact, and no dy is zero', () => {
  for (const text of everything) {
    const problem = fused(text);
    const {inputs, expected} = makeTestVector(problem, 'integers', 1, 1);
    if (expected.forward.rounded) continue;
    for (const {values, steps = 1} of Object.values(expected)) {
      expect(values.every((value) => Number.isInteger(value * steps))).toBe(true);
    }
    expect(inputs.dy.some((value) => value === 0)).toBe(false);
  }
});

test.each([
  ['one term a sum', 'mb2ih5iw6ic1oc7kh1kw1-nhwc-bias-relu6'],
  ['five', 'mb2ih5iw7ic5oc7kh1kw1-nhwc-bias-relu6'],
  ['eighteen', 'mb2ih5iw6ic3oc7kh3kw2-same-nhwc-bias-relu6'],
  ['many', 'ih9iw9ic60oc5kh3kw3-same-nhwc-relu6'],
  ['depthwise', 'mb2ih6iw9ic7oc7kh3kw3-same-nhwc-depthwise-bias-relu6'],
])('data for relu6 reach all three pieces: %s', (_, text) => {
  const problem = fused(text);
  const {values} = makeTestVector(problem, 'integers', 1, 1).expected.forward;
  const share = (holds: (y: number) => boolean) => values.filter(holds).length / values.length;
  expect(share((y) => y === 0)).toBeGreaterThan(0.1);
  expect(share((y) => y > 0 && y < 6)).toBeGreaterThan(0.1);
  expect(share((y) => y === 6)).toBeGreaterThan(0.01);
});

/** y of one pixel with 64 channels in float32, step by step. */
function inFloat32({x, filter, bias, slopes}: AllInputs, activation: Activation): Float32Array {
  const {fround} = Math;
  return Float32Array.from({length: 8}, (_, f) => {
    let sum = 0;
    for (let c = 63; c >= 0; c--) sum = fround(sum + fround(x[c]! * filter[c * 8 + f]!));
    return fround(activationDefinitions[activation].value(fround(sum + bias![f]!), slopes?.[f] ?? 0.2));
  });
}

test.each(activationNames())('%s in float32 stays within the bound, and the bound is not idle', (activation) => {
  const problem = fused(`ih1iw1ic64oc8kh1kw1-nhwc-bias-${activation}`);
  let largest = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const inputs = drawInputs(problem, 'reals', seed);
    const {forward} = reference(problem, inputs);
    inFloat32(inputs, activation).forEach((value, i) => {
      const error = Math.abs(value - forward.values[i]!);
      const bound = boundAt(forward, i, arithmeticOf('cpu'));
      expect(error).toBeLessThanOrEqual(bound);
      if (bound > 0) largest = Math.max(largest, error / bound);
    });
  }
  expect(largest).toBeGreaterThan(0.002);
});
