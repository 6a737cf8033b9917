import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {checkGradients, type GradientReport} from 'tfjs-convgrad/verify';
import {scaled, withGradient, wrongAt} from './ops.js';

type Fn = (...inputs: tf.Tensor[]) => tf.Tensor;

function isWrong({inputs, directions}: GradientReport): boolean {
  return inputs.some(({wrong}) => wrong.length > 0) || directions.some(({status}) => status === 'wrong');
}

/** Both take minutes: only in a campaign, see adversarial.test.ts. */
const backends = process.env['GRADIENT_POINTS'] ? ['cpu', 'wasm'] : ['wasm'];
const side = 100;
const x = () => tf.randomUniform([side, side], 0, 1, 'float32', 1);
const meanOfSquares: Fn = (x) => tf.mean(tf.square(x));

describe.each(backends)('with 10⁴ inputs, on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  it('passes a right gradient', async () => {
    const report = await checkGradients(meanOfSquares, [x()]);
    expect(report.passed || report.summary).toBe(true);
    expect(report.inputs[0].covered).toBe(side * side);
  });

  it.each<[string, (g: tf.Tensor) => tf.Tensor]>([
    ['transposed', (g) => g.transpose()],
    ['replaced by its mean', (g) => g.mean().mul(tf.onesLike(g))],
    ['1.001 times too large', (g) => g.mul(1.001)],
    ['of the wrong sign', (g) => g.neg()],
    ['zero', (g) => tf.zerosLike(g)],
    ['doubled', (g) => g.mul(2)],
    ['reversed', (g) => g.reverse()],
    ['moved by one row', (g) => tf.concat([g.slice([1, 0]), g.slice([0, 0], [1, side])])],
    ['off by a constant', (g) => g.add(g.mean().mul(0.5))],
    ['squared', (g) => g.square().mul(1e4)],
    ['replaced by its sign', (g) => g.sign()],
  ])('rejects a gradient that is %s', async (_name, change) => {
    expect(isWrong(await checkGradients(withGradient(meanOfSquares, change), [x()]))).toBe(true);
  });

  it.each<[string, Fn, number, number]>([
    ['a mean of squares', meanOfSquares, 4321, 1.5],
    ['a mean of squares', meanOfSquares, 0, 1.5],
    ['a mean of squares', meanOfSquares, 9999, 0],
    ['a mean of squares', meanOfSquares, 1235, -1],
    ['a sine', tf.sin, 777, 1.5],
    ['a sine', tf.sin, 9000, 0.5],
    ['a sigmoid', tf.sigmoid, 5000, 1.5],
    ['a mean of exponentials', (x) => tf.mean(tf.exp(x)), 42, 2],
    ['relu', (x) => tf.relu(x.sub(0.5)), 15, 1.5],
    ['what is linear', (x) => x.mul(3), 8080, 1.01],
  ])('finds the one wrong coordinate of 10⁴ in %s', async (_name, f, index, factor) => {
    const report = await checkGradients(wrongAt(f, 0, index, factor), [x()]);
    expect(report.inputs[0].wrong.map(({index}) => index)).toEqual([index]);
  });
});

describe('checkGradients finds a relu gradient without its mask', () => {
  beforeAll(() => tf.setBackend('cpu'));
  const relu = tf.customGrad((x) => ({value: tf.relu(x as tf.Tensor), gradFunc: (dy) => [dy as tf.Tensor]}));

  it('wrong at one coordinate below 0', async () => {
    const report = await checkGradients(relu as Fn, [tf.tensor1d([-0.7])]);
    expect(report.inputs[0].wrong.map(({index}) => index)).toEqual([0]);
  });

  it('wrong at named coordinates below 0', async () => {
    const x = tf.randomNormal([8, 8], 0, 1, 'float32', 2);
    const {inputs, summary} = await checkGradients(relu as Fn, [x]);
    const negative = [...x.dataSync().entries()].filter(([, value]) => value < 0).map(([index]) => index);
    const named = inputs[0].wrong.map(({index}) => index);
    expect(named.length).toBeGreaterThan(negative.length / 2);
    expect(negative).toEqual(expect.arrayContaining(named));
    expect(summary).toContain('wrong at [0,');
  });
});

describe('checkGradients decides', () => {
  beforeAll(() => tf.setBackend('cpu'));
  const image = () => tf.randomNormal([1, 6, 6, 3], 0, 1, 'float32', 5);
  const filters = () => tf.randomNormal([3, 3, 3, 4], 0, 0.3, 'float32', 6);

  it.each(['relu', 'elu'] as const)('fused convolutions with %s', async (activation) => {
    const f = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias,
        activation,
      });
    const inputs: [tf.Tensor, tf.Tensor, tf.Tensor] = [image(), filters(), tf.randomNormal([4], 0, 0.3, 'float32', 7)];
    const report = await checkGradients(f, inputs);
    expect(report.passed || report.summary).toBe(true);
    expect(isWrong(await checkGradients(scaled(f as Fn, 1.001), inputs))).toBe(true);
  });

  it('fifty inputs far from 0', async () => {
    const x = tf.randomNormal([50], 1000, 1, 'float32', 3);
    const report = await checkGradients(tf.sin, x);
    expect(report.passed || report.summary).toBe(true);
    expect(isWrong(await checkGradients(scaled(tf.sin as Fn, 1.01), [x]))).toBe(true);
  });

  it('tiny inputs if f is precise enough', async () => {
    const x = tf.tensor1d([1e-8, -2e-8, 3e-9, 4e-8]);
    const report = await checkGradients(meanOfSquares, x);
    expect(report.passed || report.summary).toBe(true);
    expect(isWrong(await checkGradients(scaled(meanOfSquares, 1.5), x))).toBe(true);
  });

  it('nothing for tiny inputs that f adds to 1, and gives advice', async () => {
    const x = tf.randomUniform([1, 3, 3, 2], -1e-8, 1e-8, 'float32', 5);
    const filter = tf.randomUniform([2, 2, 2, 2], -1e-8, 1e-8, 'float32', 6);
    const f = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.mean(tf.square(tf.elu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid'))));
    const report = await checkGradients(f, [x, filter]);
    expect(isWrong(report) && report.summary).toBe(false);
    expect(report.passed).toBe(false);
    expect(report.inputs.map(({advice}) => advice).join()).toContain(
      'give fewer inputs, near 1 or where f is less curved',
    );
  });

  it('not to pass undecided coordinates, and gives advice', async () => {
    const report = await checkGradients(
      (x) => tf.losses.softmaxCrossEntropy(tf.tensor2d([[1, 0, 0]]), x.reshape([1, 3])),
      tf.tensor1d([25, 1, 2]),
    );
    expect(isWrong(report)).toBe(false);
    expect(report.passed).toBe(false);
    expect(report.inputs[0].advice).toContain('f rounds too much');
    expect(report.summary).toContain(report.inputs[0].advice);
  });
});

describe('checkGradients handles', () => {
  beforeAll(() => tf.setBackend('cpu'));
  const point = () => tf.tensor1d([0.5, -0.3, 1.2, -1]);

  it('a gradient that detaches dy, by failing the second order', async () => {
    const detached = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      return {
        value: tf.sin(x as tf.Tensor),
        gradFunc: (dy, [x]) => tf.tensor((dy as tf.Tensor).dataSync(), (dy as tf.Tensor).shape).mul(tf.cos(x)),
      };
    });
    const report = await checkGradients(detached as Fn, [point()], {order: 2});
    expect(isWrong(report)).toBe(false);
    expect(report.secondOrder?.passed).toBe(false);
    expect(isWrong({...report, ...report.secondOrder})).toBe(true);
  });

  it('a function that is random in one call of twenty, by throwing', async () => {
    let calls = 0;
    const f = (x: tf.Tensor) => tf.sin(x).mul(++calls % 20 === 0 ? 1.1 : 1);
    await expect(checkGradients(f, point())).rejects.toThrow('checkGradients: f is random: element 0 was');
  });

  it('a function whose shape depends on values, by throwing', async () => {
    const f = (x: tf.Tensor) => tf.sin(x.slice(0, 1 + x.greater(0).sum().dataSync()[0]));
    await expect(checkGradients(f, point())).rejects.toThrow('its shape must not depend on values');
  });

  it('a gradient taken inside a gradient, without leaking tensors', async () => {
    const block = (x: tf.Tensor) => tf.exp(tf.sin(x));
    const checkpointed = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      return {
        value: block(x as tf.Tensor),
        gradFunc: (dy, [x]) => tf.grad(block)(x, dy as tf.Tensor),
      };
    });
    const x = point();
    const before = tf.memory().numTensors;
    const report = await checkGradients((x) => tf.square(checkpointed(tf.sin(x))), x);
    expect(report.problems.join()).toContain('the gradient cannot be taken');
    expect(tf.memory().numTensors).toBe(before);
  });
});
