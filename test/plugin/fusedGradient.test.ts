import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {conv2d, depthwiseConv2d, install, uninstall} from 'tfjs-convgrad';
import {checkGradients} from 'tfjs-convgrad/verify';

const integers = (shape: number[], seed: number) => tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed));

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => void tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

type Fused = Parameters<typeof tf.fused.conv2d>[0];
type FusedSettings = Partial<Fused> & {xShape: number[]; biasShape?: number[]};

/** The gradients by x, filter and bias, of tf.fused.conv2d or of convgrad's own function. */
function gradients({xShape, biasShape, ...settings}: FusedSettings, convolve: (args: never) => tf.Tensor): tf.Tensor[] {
  const dataFormat = settings.dataFormat ?? 'NHWC';
  const channels = xShape.at(dataFormat === 'NCHW' ? -3 : -1) as number;
  const args = {strides: 1, pad: 'same', dataFormat, ...settings};
  const f = (x: tf.Tensor, filter: tf.Tensor, bias?: tf.Tensor) => convolve({...args, x, filter, bias} as never);
  const inputs = [
    integers(xShape, 1),
    integers([3, 2, channels, 4], 2),
    ...(biasShape ? [integers(biasShape, 3)] : []),
  ];
  return tf.grads(f as never)(inputs, integers(f(inputs[0], inputs[1], inputs[2]).shape, 4));
}
const fused = (args: never) => tf.fused.conv2d(args) as tf.Tensor;
const own = (args: never) => conv2d(args) as tf.Tensor;

describe.each<[string, FusedSettings]>([
  ['dilation', {xShape: [2, 7, 6, 3], dilations: [2, 3], biasShape: [4]}],
  ['dilation without bias', {xShape: [2, 7, 6, 3], dilations: 2}],
  ['NCHW', {xShape: [2, 3, 7, 6], dataFormat: 'NCHW', strides: [2, 1], biasShape: [4]}],
  ['NCHW with one bias for all', {xShape: [2, 3, 7, 6], dataFormat: 'NCHW', biasShape: [1]}],
  ['an x without batch', {xShape: [7, 6, 3], biasShape: [4]}],
  ['a dilated x without batch', {xShape: [7, 6, 3], dilations: [1, 2], biasShape: [4]}],
  ['ceil', {xShape: [2, 6, 7, 3], strides: 2, pad: 0, dimRoundingMode: 'ceil', biasShape: [4]}],
  ['round', {xShape: [1, 8, 8, 3], strides: [3, 3], pad: 1, dimRoundingMode: 'round'}],
])('tf.fused.conv2d with %s', (_name, settings) => {
  test('has exactly the gradients of conv2d()', () => {
    install({layers: false});
    const got = gradients(settings, fused);
    const want = gradients(settings, own);
    expect(got.map(({shape}) => shape)).toEqual(want.map(({shape}) => shape));
    for (const [i, gradient] of got.entries()) expect(gradient.dataSync()).toEqual(want[i]?.dataSync());
    expect(got.every((gradient) => gradient.abs().max().dataSync()[0]! > 0)).toBe(true);
  });

  test('throws or differs without convgrad, and uninstall() restores customGrad', () => {
    const want = gradients(settings, own).map((gradient) => [...gradient.dataSync()]);
    const alone = () => gradients(settings, fused).map((gradient) => [...gradient.dataSync()]);
    const refusal = (() => {
      try {
        return String(alone()) === String(want) ? 'the same' : 'other';
      } catch {
        return 'throws';
      }
    })();
    expect(refusal).not.toBe('the same');
    install();
    uninstall();
    expect(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(tf.engine()), 'customGrad')).toEqual(method);
  });
});

const method = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(tf.engine()), 'customGrad');

test('tf.fused.conv2d has second derivatives', () => {
  install();
  const x = integers([1, 5, 5, 1], 1) as tf.Tensor4D;
  const filter = integers([2, 2, 1, 1], 2) as tf.Tensor4D;
  const penalty = (convolve: (args: never) => tf.Tensor) =>
    tf.grad((w: tf.Tensor) =>
      tf
        .grad((a: tf.Tensor) => convolve({x: a, filter: w, strides: 1, pad: 'valid', dilations: 2} as never))(x)
        .square()
        .sum(),
    )(filter);
  expect(penalty(fused).dataSync()).toEqual(penalty(own).dataSync());
});

describe('a customGrad of the user', () => {
  type Save = (tensors: tf.Tensor[]) => void;
  const attrs = {strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1, activation: 'linear'};
  const byKernel = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.engine().runKernel('FusedConv2D', {x, filter}, attrs) as tf.Tensor;
  const byOp = (x: tf.Tensor, filter: tf.Tensor) => fused({x, filter, strides: 1, pad: 'same'} as never);
  const inputs = () => [integers([1, 4, 4, 1], 1), integers([3, 3, 1, 1], 2)];

  /** A customGrad with x and filter as inputs, saved in the order of tfjs's own op. */
  function rule(convolve: typeof byKernel, gradFunc: (dy: tf.Tensor) => tf.Tensor | tf.Tensor[]) {
    const op = tf.customGrad(((x: tf.Tensor, filter: tf.Tensor, save: Save) => {
      const value = convolve(x, filter);
      save([filter, x, value]);
      return {value, gradFunc};
    }) as never);
    return (...given: tf.Tensor[]) => op(...given) as tf.Tensor;
  }

  describe.each<[string, typeof byKernel]>([
    ['the fused kernel', byKernel],
    ['the fused op', byOp],
  ])('with its value from %s', (_name, convolve) => {
    test('keeps its gradient', () => {
      install();
      const sevenfold = rule(convolve, (dy) => [dy.mul(7), tf.zeros([3, 3, 1, 1])]);
      const [dx, dFilter] = tf.grads(sevenfold)(inputs());
      expect([...dx.dataSync()]).toEqual(Array(16).fill(7));
      expect([...dFilter.dataSync()]).toEqual(Array(9).fill(0));
    });

    test('keeps its error', () => {
      install();
      const broken = rule(convolve, () => {
        throw new Error('a mistake of mine');
      });
      expect(() => tf.grads(broken)(inputs())).toThrow('a mistake of mine');
    });

    test('keeps a gradient of the wrong shape, which tfjs refuses', () => {
      install();
      const broken = rule(convolve, () => [tf.zeros([1]), tf.zeros([3, 3, 1, 1])]);
      expect(() => tf.grads(broken)(inputs())).toThrow(/has shape '1', which does not match the shape of the input/);
    });

    test('is judged wrong by checkGradients', async () => {
      install();
      const wrong = rule(convolve, (dy) => [dy, tf.zeros([3, 3, 1, 1])]);
      const broken = rule(convolve, () => [tf.zeros([1]), tf.zeros([3, 3, 1, 1])]);
      expect((await checkGradients(wrong, inputs())).passed).toBe(false);
      const verdict = await checkGradients(broken, inputs()).then(
        ({passed}) => passed,
        () => false,
      );
      expect(verdict).toBe(false);
    });
  });
});

describe.each(['cpu', 'wasm'])('x and filter with shared data on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  const kinds = {
    'fused.conv2d': [fused, (args: never) => conv2d(args)],
    'fused.depthwiseConv2d': [
      (args: never) => tf.fused.depthwiseConv2d(args) as tf.Tensor,
      (args: never) => depthwiseConv2d(args),
    ],
  } as const;
  const shapes = {
    'two views of one tensor': [
      [1, 2, 2, 1],
      [2, 2, 1, 1],
    ],
    'one tensor twice': undefined,
  };
  describe.each(Object.entries(kinds))('%s', (_kind, [op, ours]) => {
    describe.each(Object.entries(shapes))('%s', (_name, views) => {
      test.each([
        ['same', undefined],
        ['valid', undefined],
        ['same', [5]],
      ] as const)('%s, bias %s', (pad, bias) => {
        install();
        const f = (convolve: (args: never) => tf.Tensor) => (t: tf.Tensor) => {
          const [x, filter] = views ? views.map((shape) => t.reshape(shape)) : [t, t];
          return convolve({x, filter, strides: 1, pad, ...(bias ? {bias: tf.tensor1d([...bias])} : {})} as never);
        };
        const t = views ? tf.tensor1d([1, -2, 3, 5]) : (tf.tensor4d([3], [1, 1, 1, 1]) as tf.Tensor);
        const want = tf.grad(f(ours as never))(t);
        expect([
          ...tf
            .grad(f(op as never))(t)
            .dataSync(),
        ]).toEqual([...want.dataSync()]);
        expect([...want.dataSync()]).not.toEqual(Array(want.size).fill(0));
      });
    });
  });
});

test('uninstall() between forward and backward makes a dilated gradient throw', () => {
  install();
  const filter = integers([3, 3, 1, 1], 2);
  const f = (x: tf.Tensor) => {
    const y = fused({x, filter, strides: 1, pad: 'same', dilations: 2} as never);
    uninstall();
    return y;
  };
  expect(() => tf.grad(f)(integers([1, 6, 6, 1], 1))).toThrow(
    /is not convgrad's kernel, and no other kernel is known to take dilations \[2\]/,
  );
});

test('the gradients of tf.fused.conv2d leak nothing', () => {
  install();
  const settings: FusedSettings = {xShape: [2, 7, 6, 3], dilations: 2, biasShape: [4]};
  const {numTensors} = tf.memory();
  for (let i = 0; i < 3; i++) tf.tidy(() => void gradients(settings, fused));
  expect(tf.memory().numTensors).toBe(numTensors);
});
