import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {conv2d, depthwiseConv2d, install, uninstall} from 'tfjs-convgrad';
import {integers} from '../support/programs.js';

type Convolve = (args: never) => tf.Tensor;
const own: Record<string, Convolve> = {conv2d, depthwiseConv2d} as never;
const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu', '', undefined];
/** Activations that are also tried with slopes. */
const withSlopes = ['linear', 'relu', 'prelu'];

/** activation(x ∗ filter + bias) from its parts, by tfjs on cpu without convgrad; `beside` is shaped for NHWC. */
function reference(
  kind: string,
  x: tf.Tensor,
  filter: tf.Tensor,
  beside: Record<string, tf.Tensor>,
  activation: string,
) {
  const args = [x, filter, 1, 'same'] as unknown as Parameters<typeof tf.conv2d>;
  const y = kind === 'conv2d' ? tf.conv2d(...args) : tf.depthwiseConv2d(...args);
  const biased = beside.bias ? tf.add(y, beside.bias) : y;
  const negative = tf.minimum(biased, 0);
  const slopes: Record<string, tf.Tensor | number> = {relu: 0, leakyrelu: 0.25, prelu: beside.preluActivationWeights};
  if (activation === 'relu6') return tf.clipByValue(biased, 0, 6);
  if (activation === 'elu') return tf.add(tf.maximum(biased, 0), tf.expm1(negative));
  if (activation === 'sigmoid') return tf.sigmoid(biased);
  return activation in slopes ? tf.add(tf.maximum(biased, 0), tf.mul(negative, slopes[activation])) : biased;
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => {
    tf.engine().endScope();
    uninstall();
  });

  /** Converts from NHWC. Empty tensors are made anew, because tfjs's transpose divides by zero on wasm. */
  function to(dataFormat: string, tensor: tf.Tensor): tf.Tensor {
    const [n, h, w, c] = tensor.shape;
    if (dataFormat === 'NHWC') return tensor;
    return tensor.size === 0 ? tf.tensor([], [n, c, h, w]) : tf.transpose(tensor, [0, 3, 1, 2]);
  }

  describe.each(['conv2d', 'depthwiseConv2d'])('%s', (kind) => {
    const channels = kind === 'conv2d' ? 4 : 6;
    const combinations = activations.flatMap((activation) =>
      [2, 0].flatMap((batch) =>
        ['NHWC', 'NCHW'].flatMap((dataFormat) =>
          [false, true].flatMap((hasBias) =>
            [undefined, [channels], [1]]
              .filter((slopes) => (slopes ? withSlopes.includes(String(activation)) : activation !== 'prelu'))
              .map((slopes) => ({activation, batch, dataFormat, hasBias, slopes})),
          ),
        ),
      ),
    );

    test.each(combinations)(
      'matches the values and gradients of tfjs for %j',
      async ({activation, batch, dataFormat, hasBias, slopes}) => {
        const x = tf.add(integers(tf, [batch, 4, 5, 3], 1), 0.118);
        // No sum is 0 or 6, where the derivative of an activation is undefined.
        const filter = tf.add(integers(tf, [2, 3, 3, kind === 'conv2d' ? 4 : 2], 2), 0.372);
        const beside: Record<string, tf.Tensor> = {
          ...(hasBias ? {bias: tf.add(integers(tf, [channels], 3), 0.0213)} : {}),
          ...(slopes ? {preluActivationWeights: integers(tf, slopes, 4)} : {}),
        };
        const attributes = {strides: 1, pad: 'same', dataFormat, activation, leakyreluAlpha: 0.25};
        const names = Object.keys(beside).filter((name) => name === 'bias' || activation === 'prelu');
        const convolve = (...tensors: tf.Tensor[]) => {
          const given = Object.fromEntries(names.map((name, i) => [name, tensors[i + 2]]));
          return own[kind]({...attributes, ...beside, ...given, x: tensors[0], filter: tensors[1]} as never);
        };
        const inputs = [to(dataFormat, x), filter, ...names.map((name) => beside[name])];
        const shape = batch === 0 ? [0, 4, 5, channels] : [2, 4, 5, channels];
        const dy = integers(tf, shape, 5);
        const got = [convolve(...inputs), ...tf.grads(convolve)(inputs, to(dataFormat, dy))].map(read);
        await tf.setBackend('cpu');
        const f = (...tensors: tf.Tensor[]) => {
          const given = Object.fromEntries(names.map((name, i) => [name, tensors[i + 2]]));
          return reference(kind, tensors[0], tensors[1], {...beside, ...given}, activation || 'linear');
        };
        const [y, dx, ...others] = [
          f(x, filter, ...inputs.slice(2)),
          ...tf.grads(f)([x, filter, ...inputs.slice(2)], dy),
        ];
        const want = [to(dataFormat, y), to(dataFormat, dx), ...others].map(read);
        await tf.setBackend(backend);
        expect(got.map((one) => one.shape)).toEqual(want.map((one) => one.shape));
        got.forEach(({values}, i) => {
          const worst = Math.max(0, ...values.map((value, at) => Math.abs(value - want[i].values[at])));
          const scale = Math.max(1, ...want[i].values.map(Math.abs));
          expect(worst).toBeLessThanOrEqual(1e-5 * scale); // false for NaN
        });
        expect(batch === 0 || got.every(({values}) => values.some((value) => value !== 0))).toBe(true);
      },
    );

    const run = (settings: object, by: string) => {
      const tensors = {x: integers(tf, [1, 4, 5, 3], 1), filter: integers(tf, [2, 3, 3, 2], 2)};
      const args = {strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: [1, 1], ...settings};
      if (by === 'the function') return own[kind]({...tensors, ...args} as never);
      const name = kind === 'conv2d' ? 'FusedConv2D' : 'FusedDepthwiseConv2D';
      return tf.engine().runKernel(name, tensors, args as never) as tf.Tensor;
    };
    test.each([
      ['reluu', /unknown activation 'reluu' \(did you mean 'relu'\?\); use one of linear, relu,/],
      ['ReLU6', /unknown activation 'ReLU6' \(did you mean 'relu6'\?\)/],
      ['leaky_relu', /unknown activation 'leaky_relu' \(did you mean 'leakyrelu'\?\)/],
      ['softmax', /unknown activation 'softmax'; use one of/],
      [5, /unknown activation '5'; use one of/],
      ['prelu', /activation 'prelu' needs preluActivationWeights/],
    ])('refuses activation %s and leaks nothing', (activation, message) => {
      install();
      for (const by of ['the function', 'the kernel']) {
        const before = [tf.memory().numTensors + 2, tf.engine().backend.numDataIds() + 2];
        expect(() => run({activation}, by)).toThrow(message);
        expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
      }
    });

    test('refuses an alpha that is not a number if the activation uses it', () => {
      install();
      for (const by of ['the function', 'the kernel']) {
        for (const [leakyreluAlpha, shown] of [
          [Number.NaN, 'NaN'],
          ['steep', '"steep"'],
        ] as const) {
          expect(() => run({activation: 'leakyrelu', leakyreluAlpha}, by)).toThrow(
            `leakyreluAlpha must be a number; got ${shown}.`,
          );
          expect(run({activation: 'relu', leakyreluAlpha}, by).shape).toEqual([1, 4, 5, kind === 'conv2d' ? 2 : 6]);
        }
      }
    });

    test('ignores slopes without prelu, even disposed ones', () => {
      install();
      const preluActivationWeights = integers(tf, [7, 7], 1);
      preluActivationWeights.dispose();
      for (const activation of ['linear', 'relu', 'elu']) {
        const [with_, without] = [{activation, preluActivationWeights}, {activation}].map((settings) =>
          read(run(settings, 'the kernel')),
        );
        expect(with_).toEqual(without);
      }
    });
  });
});

function read(tensor: tf.Tensor): {shape: number[]; values: number[]} {
  return {shape: tensor.shape, values: [...tensor.dataSync()]};
}
