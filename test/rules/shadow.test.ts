import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {createRule, type ShadowStep, shadow, shadowCsv, shadowCsvHeader, withRule} from 'tfjs-convgrad/rules';
import {everyLayer, gradientsOf, smallClassifier} from './models.js';

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  install();
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

const image = (shape: number[], seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);

function angleOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (u: ArrayLike<number>, v: ArrayLike<number>) =>
    Array.from(u).reduce((sum, value, i) => sum + value * v[i], 0);
  return (180 / Math.PI) * Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
}

it('the exact rule lies on the gradient, end to end and locally, in every kind of layer', () => {
  const steps: ShadowStep[] = [];
  const model = everyLayer();
  withRule('exact', () => gradientsOf(model, image([2, 8, 8, 2])), {
    shadow: shadow({onStep: (step) => steps.push(step)}),
  });
  expect(steps).toHaveLength(1);
  expect(steps[0].layers).toHaveLength(9);
  const same = {angle: 0, normRatio: 1, signAgreement: 1};
  for (const {layer, local, endToEnd, cka} of steps[0].layers) {
    expect(local?.dFilter).toEqual(same);
    if (!layer.endsWith('/conv')) expect(local?.dX).toEqual(same);
    expect(endToEnd).toEqual({dY: same, dFilter: same});
    expect(cka).toBeCloseTo(1, 4);
  }
});

it('end to end, a rule is compared with the backward pass that is exact everywhere, and training follows the rule', () => {
  const model = smallClassifier('shadow-');
  const x = image([4, 6, 6, 1]);
  const plain = gradientsOf(model, x);
  const rule = createRule('fa', {seed: 4});
  const ruled = withRule(rule, () => gradientsOf(model, x));
  const steps: ShadowStep[] = [];
  const options = {shadow: shadow({onStep: (step) => steps.push(step)})};
  expect(withRule(rule, () => gradientsOf(model, x), options)).toEqual(ruled);
  const [logits, conv2, conv1] = steps[0].layers;
  expect([logits, conv2, conv1].map(({layer}) => layer.replace(/^.*\//, ''))).toEqual([
    'shadow-logits',
    'shadow-conv2',
    'shadow-conv1',
  ]);
  // The weights of a layer and its bias take turns.
  expect(conv1.endToEnd?.dFilter?.angle).toBeCloseTo(angleOf(ruled[0], plain[0]), 3);
  expect(conv2.endToEnd?.dFilter?.angle).toBeCloseTo(angleOf(ruled[2], plain[2]), 3);
  expect(conv1.endToEnd?.dFilter?.angle).toBeGreaterThan(5);
  expect(logits.endToEnd?.dFilter).toEqual({angle: 0, normRatio: 1, signAgreement: 1});
  // dFilter is exact for the dY that arrives, and dX is not.
  expect(conv1.local?.dFilter?.angle).toBe(0);
  const weights = (model.getLayer('shadow-conv2').getWeights()[0] as tf.Tensor).dataSync();
  const B = Object.entries(rule.state)
    .find(([layer]) => layer.endsWith('conv2'))?.[1]
    ['B'].dataSync() as Float32Array;
  expect(conv2.weightAngle).toBeCloseTo(angleOf(B, weights), 3);
  rule.dispose();
});

it('over draws, an unbiased rule has variance and no bias, and a biased one has bias', () => {
  const x = image([8, 6, 6, 1]);
  const drawsOf = (name: string, options = {}) => {
    const steps: ShadowStep[] = [];
    const rule = createRule(name, options);
    const model = smallClassifier(`${name}-`);
    withRule(rule, () => gradientsOf(model, x), {shadow: shadow({draws: 200, onStep: (step) => steps.push(step)})});
    rule.dispose();
    return steps[0].layers.map(({draws}) => draws);
  };
  for (const draws of [...drawsOf('dither', {bits: 3}), ...drawsOf('actnn'), ...drawsOf('sketch'), ...drawsOf('crs')]) {
    const {bias, variance, varianceOverSgd} = draws as {bias: number; variance: number; varianceOverSgd: number};
    expect(variance).toBeGreaterThan(0);
    expect(varianceOverSgd).toBeGreaterThan(0);
    expect(bias).toBeLessThan(3 * Math.sqrt(variance / 200));
  }
  for (const draws of drawsOf('meprop', {keep: 0.2})) {
    expect(draws?.variance).toBeLessThan(1e-12); // the mean of equal numbers is rounded
    expect(draws?.bias).toBeGreaterThan(0.1);
  }
});

it('steps, layers and metrics are chosen, tables have a line for each layer, and nothing leaks', () => {
  const model = smallClassifier('chosen-');
  const x = image([4, 6, 6, 1]);
  const steps: ShadowStep[] = [];
  const chosen = shadow({every: 2, layers: ['chosen-conv*'], metrics: ['local'], onStep: (step) => steps.push(step)});
  const rule = createRule('sketch');
  const run = () => withRule(rule, () => gradientsOf(model, x), {shadow: chosen});
  run();
  const {numTensors} = tf.memory();
  for (let i = 0; i < 4; i++) run();
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(steps.map(({step}) => step)).toEqual([0, 2, 4]);
  expect(Object.keys(steps[0].layers[0])).toEqual(['layer', 'rule', 'local']);
  const lines = shadowCsv(steps[1]).split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^2,\w+\/chosen-conv2,sketch,/);
  for (const line of lines) expect(line.split(',')).toHaveLength(shadowCsvHeader.split(',').length);
  rule.dispose();
  expect(() => shadow({onStep: () => undefined, metric: ['local']} as never)).toThrow(/did you mean 'metrics'/);
  expect(() => shadow({onStep: () => undefined, draws: 1})).toThrow(/draws must be 0 or an integer from 2/);
});
