import * as tf from '@tensorflow/tfjs';
import {type Activation, conv2d, conv2dBackward, install, uninstall} from 'tfjs-convgrad';
import {activationNames} from '../../src/geometry/activations.js';
import {callCounts} from '../../src/plugin/callCounts.js';

const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);
const image = () => random([2, 6, 5, 3], 1) as tf.Tensor4D;
const filter = () => random([3, 2, 3, 4], 2) as tf.Tensor4D;
const toNCHW = (t: tf.Tensor) => tf.transpose(t, [0, 3, 1, 2]) as tf.Tensor4D;
const values = (t: tf.Tensor) => Array.from(t.dataSync());

function expectEqual(got: tf.Tensor, want: tf.Tensor): void {
  expect(got.shape).toEqual(want.shape);
  const wanted = values(want);
  values(got).forEach((value, i) => {
    expect(Math.abs(value - wanted[i])).toBeLessThan(2 ** -20 * (1 + Math.abs(wanted[i])));
  });
}

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

describe('conv2d', () => {
  it('takes the arguments of tf.conv2d or an object, without install()', () => {
    const want = tf.conv2d(image(), filter(), [2, 1], 'same');
    expectEqual(conv2d(image(), filter(), [2, 1], 'same'), want);
    expectEqual(conv2d({x: image(), filter: filter(), strides: [2, 1], pad: 'same'}), want);
  });

  it('takes x without a batch', () => {
    const x = tf.squeeze(tf.slice(image(), 0, 1), [0]) as tf.Tensor3D;
    expectEqual(
      conv2d(x, filter(), 1, 1),
      tf.squeeze(
        tf.conv2d(tf.slice(image(), 0, 1), filter(), 1, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]),
        [0],
      ),
    );
  });

  it('combines stride and dilation, which tf.conv2d refuses', () => {
    const dense = tf.conv2d(image(), filter(), 1, 'valid', 'NHWC', [2, 2]);
    expectEqual(
      conv2d(image(), filter(), 2, 'valid', 'NHWC', 2),
      tf.stridedSlice(dense, [0, 0, 0, 0], dense.shape, [1, 2, 2, 1]),
    );
  });

  it.each(activationNames().flatMap((activation) => [[activation, 'NHWC'] as const, [activation, 'NCHW'] as const]))(
    'applies the bias and %s in %s like tf.fused.conv2d',
    (activation, dataFormat) => {
      const options = {
        x: dataFormat === 'NHWC' ? image() : toNCHW(image()),
        filter: filter(),
        strides: 1,
        pad: 'valid' as const,
        dataFormat,
        bias: random([4], 3) as tf.Tensor1D,
        activation: activation as Activation,
        leakyreluAlpha: 0.3,
        ...(activation === 'prelu' ? {preluActivationWeights: random([4], 4)} : {}),
      };
      const want = tf.fused.conv2d(options);
      expectEqual(conv2d(options), want);
      install();
      expectEqual(tf.fused.conv2d(options), want);
    },
  );

  it('has gradients with respect to x, filter, bias and slopes', () => {
    const f = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, slopes: tf.Tensor) =>
      conv2d({
        x: x as tf.Tensor4D,
        filter: w as tf.Tensor4D,
        bias: b,
        strides: 1,
        pad: 'same',
        activation: 'prelu',
        preluActivationWeights: slopes,
      });
    const plain = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, slopes: tf.Tensor) =>
      tf.prelu(tf.add(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), b), slopes);
    const inputs = [image(), filter(), random([4], 3), random([4], 4)];
    const dy = random([2, 6, 5, 4], 5);
    const want = tf.grads(plain)(inputs, dy);
    tf.grads(f)(inputs, dy).forEach((gradient, i) => {
      expectEqual(gradient, want[i]);
    });
  });
});

describe('conv2dBackward', () => {
  it.each(['NHWC', 'NCHW'] as const)('returns dx, dFilter and dBias in %s', (dataFormat) => {
    const x = dataFormat === 'NHWC' ? image() : toNCHW(image());
    const attributes = {strides: [2, 1] as [number, number], pad: 'same' as const, dataFormat};
    const f = (a: tf.Tensor, w: tf.Tensor) =>
      tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, attributes.strides, 'same', dataFormat);
    const dy = random(f(x, filter()).shape, 5) as tf.Tensor4D;
    const [dx, dFilter] = tf.grads(f)([x, filter()], dy);
    const got = conv2dBackward({x, filter: filter(), dy, ...attributes});
    expectEqual(got.dx, dx);
    expectEqual(got.dFilter, dFilter);
    expectEqual(got.dBias, tf.sum(dy, dataFormat === 'NHWC' ? [0, 1, 2] : [0, 2, 3]));
  });

  it('returns dx without a batch if x has none', () => {
    const got = conv2dBackward({
      x: tf.ones([5, 5, 2]),
      filter: tf.ones([3, 3, 2, 1]),
      dy: tf.ones([5, 5, 1]),
      strides: 1,
      pad: 'same',
    });
    expect([got.dx.shape, got.dFilter.shape, values(got.dBias)]).toEqual([[5, 5, 2], [3, 3, 2, 1], [25]]);
  });
});

describe('an empty batch', () => {
  it('gives empty results and a zero dFilter', () => {
    const x = tf.zeros([0, 5, 5, 2]) as tf.Tensor4D;
    const w = tf.ones([3, 3, 2, 1]) as tf.Tensor4D;
    expect(conv2d(x, w, 1, 'valid').shape).toEqual([0, 3, 3, 1]);
    const {dx, dFilter, dBias} = conv2dBackward({x, filter: w, dy: tf.zeros([0, 3, 3, 1]), strides: 1, pad: 'valid'});
    expect([dx.shape, values(dFilter), values(dBias)]).toEqual([[0, 5, 5, 2], Array(18).fill(0), [0]]);
  });
});

describe('kernels of conv2d()', () => {
  it('are counted and leak nothing', () => {
    const before = {
      ...tf.memory(),
      data: tf.backend().numDataIds(),
      calls: callCounts().get('cpu/implicitGemm/forward') ?? 0,
    };
    tf.tidy(() => {
      conv2d({
        x: toNCHW(image()),
        filter: filter(),
        strides: 1,
        pad: 'same',
        dataFormat: 'NCHW',
        bias: tf.ones([4]),
        activation: 'elu',
      });
    });
    expect(callCounts().get('cpu/implicitGemm/forward')).toBe(before.calls + 1);
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual([before.numTensors, before.data]);
  });
});
