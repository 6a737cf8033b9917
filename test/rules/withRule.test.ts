import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {createRule, type Rule, rules, withRule} from 'tfjs-convgrad/rules';
import {everyLayer, gradientsOf, smallClassifier} from './models.js';

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

const image = (shape: number[], seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);

describe.each([
  ['tfjs alone', () => undefined],
  ['convgrad installed', () => install()],
])('with %s', (_name, prepare) => {
  beforeEach(() => {
    prepare();
  });

  it("'exact' gives the bits of the plain gradient in every kind of layer", () => {
    const model = everyLayer();
    const x = image([2, 8, 8, 2]);
    const plain = gradientsOf(model, x);
    expect(withRule('exact', () => gradientsOf(model, x))).toEqual(plain);
    expect(plain.every((gradient) => gradient.some((value) => value !== 0))).toBe(true);
  });

  it('a rule reaches the weights of every layer, by its path, its name, or its variable', () => {
    const model = everyLayer();
    const met: string[] = [];
    const watch: Rule = {
      name: 'watch',
      backpropFilter({layer, kind, x, dy, exact}) {
        met.push(`${layer.replace(/^\w+\//, '')} ${kind}`);
        return exact.backpropFilter(x, dy);
      },
    };
    withRule(watch, () => gradientsOf(model, image([2, 8, 8, 2])));
    expect(met).toEqual([
      'logits dense',
      'dense dense',
      'conv1d conv2d',
      'transposed transposed',
      'separable conv2d',
      'separable depthwise',
      'depthwise depthwise',
      'block/inner conv2d',
      'conv conv2d',
    ]);
  });
});

it('feedback alignment sends dy back through B and not through the weights', () => {
  const [w1, w2] = [image([3, 3, 1, 2], 1), image([4 * 4 * 2, 3], 2)].map((value, i) =>
    tf.variable(value, true, `feedback/w${i}`),
  );
  const x = image([2, 6, 6, 1], 3) as tf.Tensor4D;
  const loss = () => {
    const hidden = tf.conv2d(x, w1 as tf.Tensor4D, 1, 'valid');
    return tf
      .matMul(hidden.reshape([2, -1]) as tf.Tensor2D, w2 as tf.Tensor2D)
      .square()
      .sum() as tf.Scalar;
  };
  const rule = createRule('fa', {seed: 3});
  const {grads} = withRule(rule, () => tf.variableGrads(loss, [w1, w2]));
  const hidden = tf.conv2d(x, w1 as tf.Tensor4D, 1, 'valid').reshape([2, -1]) as tf.Tensor2D;
  const dy = tf.matMul(hidden, w2 as tf.Tensor2D).mul(2) as tf.Tensor2D;
  const B = rule.state[w2.name]['B'] as tf.Tensor2D;
  const dHidden = tf.matMul(dy, B, false, true).reshape([2, 4, 4, 2]) as tf.Tensor4D;
  const dw1 = tf.grad((filter) => tf.conv2d(x, filter as tf.Tensor4D, 1, 'valid'))(w1, dHidden);
  expect(B.shape).toEqual(w2.shape);
  expect(grads[w1.name].dataSync()).toEqual(dw1.dataSync());
  expect(grads[w2.name].dataSync()).toEqual(tf.matMul(hidden, dy, true).dataSync());
  rule.dispose();
  tf.dispose([w1, w2]);
});

it('direct feedback alignment gives each layer the error at the output', () => {
  const model = smallClassifier('direct-');
  const x = image([4, 6, 6, 1]);
  const errors: number[][] = [];
  const watch: Rule = {
    name: 'watch',
    backpropInput({error, dy, filter, exact, layer}) {
      errors.push([...error.shape]);
      if (layer.endsWith('direct-logits')) expect(error.dataSync()).toEqual(dy.dataSync());
      return exact.backpropInput(dy, filter);
    },
  };
  const plain = gradientsOf(model, x);
  expect(withRule(watch, () => gradientsOf(model, x))).toEqual(plain);
  expect(errors).toEqual([
    [4, 3],
    [4, 3],
  ]);
  const rule = createRule('dfa');
  withRule(rule, () => gradientsOf(model, x));
  expect(Object.entries(rule.state).map(([layer, {B}]) => [layer.replace(/^.*\//, ''), B?.shape])).toEqual([
    ['direct-conv1', undefined],
    ['direct-conv2', [3, 4 * 4 * 3]],
    ['direct-logits', [3, 2 * 2 * 4]],
  ]);
  rule.dispose();
});

describe('keys', () => {
  const seen = (rule: Parameters<typeof withRule>[0]) =>
    withRule(rule, () => gradientsOf(everyLayer(), image([2, 8, 8, 2])));
  const zero: Rule = {name: 'zero', backpropFilter: ({filter}) => tf.zerosLike(filter)};
  const zeros = (gradients: Float32Array[]) =>
    gradients.filter((gradient) => gradient.every((value) => value === 0)).length;

  it.each([
    ['a name', {conv: zero}, 1],
    ['a path', {'block/inner': zero}, 1],
    ['a pattern', {'conv*': zero}, 2],
    ['a pattern that an exact name restricts', {'*': zero, dense: 'exact', logits: 'exact'}, 7],
    ['a variable', {'separable/pointwise*': zero}, 1],
  ])('%s selects layers', (_name, keys, count) => expect(zeros(seen(keys))).toBe(count));

  it('one that matches nothing is refused', () => {
    expect(() => seen({cnv: zero})).toThrow(
      /^withRule: no layer that a gradient passed through matches 'cnv'; there were \w+\/conv, /,
    );
  });
});

describe('the scope', () => {
  const methods = () => [
    tf.engine().runKernel,
    (tf.engine() as unknown as {addTapeNode: unknown}).addTapeNode,
    tf.layers.Layer.prototype.apply,
  ];

  it('restores everything after a result, a throw, a promise, and a promise that fails', async () => {
    const before = methods();
    expect(withRule('fa', () => 7)).toBe(7);
    expect(methods()).toEqual(before);
    expect(() =>
      withRule('fa', () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(methods()).toEqual(before);
    const pending = withRule('fa', async () => {
      await tf.nextFrame();
      return 8;
    });
    expect(methods()).not.toEqual(before);
    await expect(pending).resolves.toBe(8);
    expect(methods()).toEqual(before);
    await expect(
      withRule('fa', async () => {
        throw new Error('later');
      }),
    ).rejects.toThrow('later');
    expect(methods()).toEqual(before);
  });

  it('refuses to overlap, to open inside a gradient, and a rule that is not there', async () => {
    const first = withRule('fa', () => tf.nextFrame());
    expect(() => withRule('usf', () => 1)).toThrow(/another withRule is still open/);
    await first;
    expect(withRule('usf', () => 1)).toBe(1);
    expect(() => tf.grad((x) => withRule('fa', () => x.square()))(tf.scalar(1))).toThrow(
      /compute the gradient inside fn/,
    );
    expect(() => withRule('feedback-alignment', () => 1)).toThrow(/unknown rule/);
    expect(() => withRule('Fa', () => 1)).toThrow(/did you mean 'fa'/);
    expect(() => createRule('fa', {sead: 1} as never)).toThrow(/unknown option 'sead' \(did you mean 'seed'\?\)/);
  });

  it('follows model.fit, and leaves the model as it is', async () => {
    const [model, twin] = [smallClassifier('fit-'), smallClassifier('twin-')];
    const x = image([8, 6, 6, 1]);
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'), 3);
    for (const each of [model, twin]) each.compile({optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy'});
    const config = JSON.stringify(model.toJSON(null, false));
    const train = (each: tf.LayersModel) => each.fit(x, labels, {epochs: 3, batchSize: 4, shuffle: false, verbose: 0});
    const plain = await train(twin);
    const ruled = await withRule({'*conv*': 'fa', '*logits': 'fa'}, () => train(model));
    expect(ruled.history['loss'][0]).not.toEqual(plain.history['loss'][0]);
    expect(ruled.history['loss'].at(-1)).toBeLessThan(ruled.history['loss'][0] as number);
    expect(JSON.stringify(model.toJSON(null, false))).toBe(config);
  });
});

it.each(
  rules()
    .map(({name}) => name)
    .filter((name) => name !== 'lrp'),
)('%s trains 25 steps without a leak, and its seed decides every bit', (name) => {
  const run = (prefix: string) => {
    const rule = createRule(name, {seed: 5});
    const model = smallClassifier(prefix);
    const optimizer = tf.train.sgd(0.05);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const x = image([4, 6, 6, 1]);
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), 3);
    const step = () => {
      optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(labels, model.apply(x) as tf.Tensor) as tf.Scalar,
        false,
        variables,
      );
    };
    withRule(rule, step);
    const {numTensors} = tf.memory();
    for (let i = 1; i < 25; i++) withRule(rule, step);
    expect(tf.memory().numTensors).toBe(numTensors);
    const weights = variables.map((variable) => [...variable.dataSync()]);
    rule.dispose();
    return weights;
  };
  const first = run(`${name}-a-`);
  expect(first.flat().every(Number.isFinite)).toBe(true);
  expect(run(`${name}-b-`)).toEqual(first);
});

it('a saved state goes on where it stopped', async () => {
  const model = smallClassifier('saved-');
  const x = image([4, 6, 6, 1]);
  const options = {seed: 2, learningRate: 0.1, momentum: 0.9};
  const rule = createRule('kp', options);
  withRule(rule, () => gradientsOf(model, x));
  const saved = JSON.parse(JSON.stringify(await rule.save()));
  const next = withRule(rule, () => gradientsOf(model, x));
  const other = createRule('kp', options);
  other.load(saved);
  expect(withRule(other, () => gradientsOf(model, x))).toEqual(next);
  expect(() => createRule('fa').load(saved)).toThrow(/needs a state of this rule/);
  for (const each of [rule, other]) each.dispose();
});
