import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {built, convReference, expectSame, integers, valueAndGradients, variablesOf} from '../support/convLayers.js';

type Conv2DArgs = Partial<Parameters<typeof tf.layers.conv2d>[0]>;
type Conv1DArgs = Partial<Parameters<typeof tf.layers.conv1d>[0]>;

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

function conv2d(args: Conv2DArgs, inputShape = [9, 8, 2]): tf.layers.Layer {
  return built(tf.layers.conv2d({filters: 3, kernelSize: [3, 2], ...args}), inputShape);
}

function conv1d(args: Conv1DArgs, inputShape = [11, 2]): tf.layers.Layer {
  return built(tf.layers.conv1d({filters: 3, kernelSize: 3, ...args}), inputShape);
}

/** Compares value and gradients of the layer with convgrad to plain ops of tfjs without it. */
function expectRight(layer: tf.layers.Layer, xShape: number[]): void {
  const [x, weights] = [integers(xShape, 1), variablesOf(layer)];
  const want = valueAndGradients((input) => convReference(layer, input), x, weights);
  const installation = install();
  const got = valueAndGradients((input) => layer.apply(input) as tf.Tensor, x, weights);
  expectSame(got, want);
  expect(layer.computeOutputShape(xShape)).toEqual(got[0].shape);
  const passes = new Set(installation.report().calls.map(({pass}) => pass));
  expect([...passes].sort()).toEqual(['backpropFilter', 'backpropInput', 'forward']);
}

const activations = [
  'linear',
  'relu',
  'elu',
  'relu6',
  'tanh',
  'sigmoid',
  'hardSigmoid',
  'softplus',
  'selu',
  'softmax',
  'swish',
];

describe('Conv2D', () => {
  it.each(activations)('with activation %s has the right gradients under dilation', (activation) => {
    expectRight(conv2d({activation: activation as 'relu', dilationRate: [2, 3]}), [2, 9, 8, 2]);
  });

  it.each<[string, Conv2DArgs]>([
    ['neither', {}],
    ['stride', {strides: [2, 3], padding: 'same'}],
    ['dilation, same', {dilationRate: 2, padding: 'same'}],
    ['stride and dilation', {strides: [2, 1], dilationRate: [3, 2]}],
    ['stride and dilation, same', {strides: 2, dilationRate: 2, padding: 'same'}],
  ])('with %s has the right gradients in both data formats', (_name, args) => {
    expectRight(conv2d({...args, activation: 'tanh'}), [2, 9, 8, 2]);
    uninstall();
    expectRight(conv2d({...args, activation: 'softmax', dataFormat: 'channelsFirst'}, [2, 9, 8]), [2, 2, 9, 8]);
  });

  it('trains without a bias', () => {
    const layer = conv2d({useBias: false, dilationRate: 2});
    install();
    const x = integers([1, 9, 8, 2], 1);
    const [y, dx, dKernel, ...others] = valueAndGradients(
      (input) => layer.apply(input) as tf.Tensor,
      x,
      variablesOf(layer),
    );
    expect([y, dx, dKernel].map(({shape}) => shape)).toEqual([[1, 5, 6, 3], x.shape, [3, 2, 2, 3]]);
    expect(others).toEqual([]);
  });

  it.each(['linear', 'relu', 'elu', 'tanh'] as const)(
    'with activation %s agrees with tfjs without dilation',
    (activation) => {
      const [layer, x] = [conv2d({activation, strides: 2, padding: 'same'}), integers([2, 9, 8, 2], 1)];
      const run = () => valueAndGradients((input) => layer.apply(input) as tf.Tensor, x, variablesOf(layer));
      const want = run();
      install();
      expectSame(run(), want);
    },
  );

  it('throws without convgrad, as docs/compare.md says', () => {
    const layer = conv2d({dilationRate: 2});
    const x = integers([1, 9, 8, 2], 1);
    expect(() => tf.grad((input) => layer.apply(input) as tf.Tensor)(x)).toThrow(/dilation rates greater than 1/);
    expect(() => conv2d({dilationRate: 2, strides: 2}).apply(x)).toThrow(/Either strides or dilations must be 1/);
  });

  it('uses the fused kernel outside training', () => {
    const layer = conv2d({activation: 'relu', dilationRate: 2});
    install();
    const x = integers([1, 9, 8, 2], 1);
    const kernels = (f: () => tf.Tensor) => {
      const names: string[] = [];
      const spy = jest.spyOn(tf.engine(), 'runKernel');
      f();
      names.push(...spy.mock.calls.map(([name]) => name));
      spy.mockRestore();
      return names;
    };
    expect(kernels(() => layer.apply(x) as tf.Tensor)).toEqual(['FusedConv2D']);
    expect(kernels(() => tf.grad((input) => layer.apply(input) as tf.Tensor)(x))).toContain('Conv2D');
  });
});

describe('Conv1D', () => {
  it.each<[string, Conv1DArgs]>([
    ['neither', {}],
    ['dilation', {dilationRate: 2, padding: 'same'}],
    ['stride and dilation', {strides: 2, dilationRate: 3}],
    ['causal padding', {padding: 'causal'}],
    ['causal padding, stride and dilation', {padding: 'causal', strides: 2, dilationRate: 2}],
  ])('with %s has the right gradients in both data formats', (_name, args) => {
    expectRight(conv1d({...args, activation: 'tanh'}), [2, 11, 2]);
    uninstall();
    expectRight(conv1d({...args, activation: 'sigmoid', dataFormat: 'channelsFirst'}, [2, 11]), [2, 2, 11]);
  });

  it('predicts right where tfjs throws or returns the wrong layout', () => {
    const x = integers([1, 11, 2], 1);
    const [causal, both] = [conv1d({padding: 'causal'}), conv1d({strides: 2, dilationRate: 2})];
    const first = conv1d({dataFormat: 'channelsFirst'}, [2, 11]);
    expect(() => causal.apply(x)).toThrow(/CAUSAL/);
    expect(() => both.apply(x)).toThrow(/Either stride or dilation must be 1/);
    expect((first.apply(tf.transpose(x, [0, 2, 1])) as tf.Tensor).shape).toEqual([1, 9, 3]); // declared: [1, 3, 9]
    install();
    for (const layer of [causal, both]) expectSame([layer.apply(x) as tf.Tensor], [convReference(layer, x)]);
    const y = first.apply(tf.transpose(x, [0, 2, 1])) as tf.Tensor;
    expect(y.shape).toEqual([1, 3, 9]);
  });
});
