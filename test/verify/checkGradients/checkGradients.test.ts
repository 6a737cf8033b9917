import * as tf from '@tensorflow/tfjs';
import {assertGradients, checkGradients, GradientError} from 'tfjs-convgrad/verify';
import {withGradient, wrongAt} from './ops.js';

beforeAll(() => tf.setBackend('cpu'));

const vector = (...values: number[]) => tf.tensor1d(values);
const x = vector(0.5, -0.3, 1.2);

describe('on integers', () => {
  const mode = async (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor = vector(1, 2, 3)) =>
    (await checkGradients(f, x)).mode;

  it('judges a function that is linear in each input, up to a constant', async () => {
    const report = await checkGradients((a, b) => tf.mul(a, b).add(a).add(1), [x, x]);
    expect(report).toMatchObject({passed: true, mode: 'integers', reason: 'f is linear in each input'});
    expect(report.summary).toContain('small integers instead of the given values');
  });

  it.each([
    ['relu', tf.relu, [1, 2, 3]],
    ['abs of what is negative', tf.abs, [-1, -2, -3]],
    ['x²', tf.square, [1, 2, 3]],
    ['round', tf.round, [1, 2, 3]],
    ['a clip beyond the integers drawn', (x: tf.Tensor) => tf.clipByValue(x, -100, 100), [1, 2, 3]],
    ['a bend between the integers and the values', (x: tf.Tensor) => tf.relu(x.add(5000)), [-9000, 1, 2]],
    ['a mean of six', (x: tf.Tensor) => tf.mean(x), [1, 2, 3, 4, 5, 6]],
  ])('uses real values for %s', async (_name, f, values) => {
    expect(await mode(f, vector(...values))).toBe('real');
  });

  it('uses real values for a gradient that rounds', async () => {
    const tripled = withGradient(
      (x) => x.mul(3),
      (dy) => dy.mul(1 + 2 ** -22),
    );
    const report = await checkGradients(tripled, x);
    expect(report).toMatchObject({passed: true, mode: 'real', reason: 'its gradient rounds even on integers'});
    expect((await checkGradients(tripled, x, {mode: 'integers'})).passed).toBe(false);
  });

  it('draws smaller integers for large sums, and uses reals for larger ones', async () => {
    expect(await mode((x) => x.mul(2 ** 15), x)).toBe('integers');
    expect(await mode((x) => x.mul(2 ** 23), x)).toBe('real');
  });

  it('finds one wrong coordinate of 2500 with four checked singly', async () => {
    const values = tf.zeros([50, 50]);
    const report = await checkGradients(
      wrongAt((x) => x.mul(2), 0, 1234, 0.99),
      values,
      {coordinates: 4},
    );
    expect(report.inputs[0].wrong.map(({index}) => index)).toEqual([1234]);
    expect(report.summary).toContain('wrong at [24,34]');
  });
});

describe('on real values', () => {
  it('finds one wrong coordinate of 400 with four checked singly', async () => {
    const values = tf.linspace(-1, 1, 400);
    const report = await checkGradients(
      wrongAt((x) => tf.sin(x), 0, 123, 1.5),
      values,
      {coordinates: 4},
    );
    expect(report.inputs[0].wrong.map(({index}) => index)).toEqual([123]);
  });

  it.each([
    ['relu', tf.relu, [0, 1, -1, 0.5], [0]],
    ['abs', tf.abs, [2, 0, -1, 0], [1, 3]],
    ['max of equals', (x: tf.Tensor) => tf.max(x), [1, 3, 3, 2], [1, 2]],
    ['floor', tf.floor, [0.5, 1, 1.5, 2.25], [1]],
    ['a kink too near to tell', tf.relu, [1e-9, 1, -1], [0]],
  ])('leaves out kinks: %s', async (_name, f, values, kinks) => {
    const report = await checkGradients(f, vector(...values));
    expect(report.inputs[0].kinks).toEqual(kinks);
    expect(report.inputs[0].decided).toBe(values.length - kinks.length);
    expect(report.passed || report.summary).toBe(true);
  });

  it('does not pass if every coordinate is at a kink', async () => {
    const report = await checkGradients(tf.relu, tf.zeros([3]));
    expect(report).toMatchObject({passed: false, inputs: [{kinks: [0, 1, 2], decided: 0, wrong: []}]});
    expect(report.summary).toContain('undecided; 0 of 3 coordinates');
  });

  it('leaves coordinates undecided if f oscillates too fast', async () => {
    const report = await checkGradients((x) => tf.sin(x.mul(1e7)), x);
    expect(report).toMatchObject({passed: false, inputs: [{undecided: [0, 1, 2], wrong: []}]});
  });

  it('does not mistake cancellation inside f for a wrong gradient', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const report = await checkGradients((x) => tf.sin(x).add(3000).sub(3000), x, {seed});
      expect(report.inputs[0].wrong).toEqual([]);
    }
  });

  it.each([9, 12])('passes a network whose kinks are nearer than its steps, seed %d', async (seed) => {
    const labels = tf.oneHot(tf.tensor1d([1, 0], 'int32'), 3);
    const random = (shape: number[], deviation: number, k: number) =>
      tf.randomNormal(shape, 0, deviation, 'float32', seed + k);
    const loss = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor, weights: tf.Tensor) => {
      const hidden = tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same').add(bias)) as tf.Tensor4D;
      const pooled = tf.maxPool(hidden, 2, 2, 'valid').reshape([2, 36]);
      return tf.losses.softmaxCrossEntropy(labels, tf.matMul(pooled, weights));
    };
    const inputs = [random([2, 6, 6, 2], 1, 0), random([3, 3, 2, 4], 0.3, 50), tf.zeros([4]), random([36, 3], 0.3, 90)];
    const report = await checkGradients<tf.Tensor[]>(loss as (...inputs: tf.Tensor[]) => tf.Tensor, inputs, {
      seed,
      coordinates: 12,
    });
    expect(report.passed || report.summary).toBe(true);
  });

  it('stays inside the domain of f', async () => {
    expect((await checkGradients(tf.log, vector(0.001, 1, 5))).inputs[0]).toMatchObject({decided: 3, wrong: []});
  });
});

describe('at second order', () => {
  const second = async (f: (x: tf.Tensor) => tf.Tensor) => checkGradients(f, x, {order: 2});

  it.each([
    ['x³', (x: tf.Tensor) => x.mul(x).mul(x)],
    ['sin', tf.sin],
    ['relu', tf.relu],
    ['what is linear', (x: tf.Tensor) => x.mul(2)],
  ])('passes %s', async (_name, f) => {
    const report = await second(f);
    expect(report.passed || report.summary).toBe(true);
    expect(report.secondOrder?.inputs[0].decided).toBe(3);
  });

  it.each([
    ['tanh', tf.tanh],
    ['sigmoid', tf.sigmoid],
    ['exp', tf.exp],
  ])('reports what tfjs throws: %s', async (_name, f) => {
    const report = await second(f);
    expect(report.passed).toBe(false);
    expect(report.problems).toEqual([]);
    expect(report.secondOrder?.problems).toEqual([expect.stringContaining('Cannot compute gradient of y=f(x)')]);
  });

  it('finds the wrong second derivative of tfjs for x·tanh(x)', async () => {
    const f = (x: tf.Tensor) => x.mul(tf.tanh(x));
    const slope = tf
      .grad((x) => tf.grad(f)(x))(tf.scalar(0.6))
      .dataSync()[0];
    const right = 2 * (1 - Math.tanh(0.6) ** 2) * (1 - 0.6 * Math.tanh(0.6));
    expect(Math.abs(slope - right)).toBeGreaterThan(0.1);

    const report = await checkGradients(f, tf.scalar(0.6), {order: 2});
    const [{wrong}] = report.secondOrder!.inputs;
    expect(report.inputs[0].wrong).toEqual([]);
    expect(wrong[0].analytic / wrong[0].numeric).toBeCloseTo(slope / right, 4);
    expect(report.summary).toMatch(/second order(.|\n)*wrong at \[\]/);
  });
});

describe('the report', () => {
  it('is plain data, the same for the same seed', async () => {
    const once = await checkGradients(
      tf.softmax,
      tf.tensor2d([
        [1, 2],
        [3, 5],
      ]),
      {seed: 7},
    );
    expect(JSON.parse(JSON.stringify(once))).toEqual(once);
    expect(
      await checkGradients(
        tf.softmax,
        tf.tensor2d([
          [1, 2],
          [3, 5],
        ]),
        {seed: 7},
      ),
    ).toEqual(once);
    expect(once).toMatchObject({seed: 7, backend: 'cpu'});
    expect(once.summary).toContain('passed on cpu, seed 7');
  });

  it.each([
    [
      'a gradient that throws',
      () =>
        withGradient(tf.sin, () => {
          throw new Error('no way back');
        }),
      'the gradient cannot be taken: no way back',
    ],
    ['a gradient of another shape', () => withGradient(tf.sin, (dy) => dy.slice(0, 2)), 'shape'],
    [
      'NaN in a gradient',
      () => withGradient(tf.sin, (dy) => dy.mul(vector(1, Number.NaN, 1))),
      'the gradient of input 0 is NaN at 1',
    ],
    [
      'a way that the tape does not see',
      () => (x: tf.Tensor) => tf.tensor1d(x.dataSync()).mul(2),
      'does not lead back to input 0',
    ],
    ['NaN in f', () => tf.log, 'f is NaN at output 1'],
  ])('names %s', async (_name, make, problem) => {
    const report = await checkGradients(make(), x);
    expect(report.passed).toBe(false);
    expect(report.problems.join()).toContain(problem);
    expect(report.summary).toContain(problem);
  });

  it('is the error message of assertGradients', async () => {
    expect((await assertGradients(tf.sin, x)).passed).toBe(true);
    const failing = assertGradients(wrongAt(tf.sin, 0, 2, 1.01), x);
    await expect(failing).rejects.toBeInstanceOf(GradientError);
    await expect(failing).rejects.toThrow('wrong at [2]');
  });
});

describe('checkGradients throws for', () => {
  const sin = (x: tf.Tensor) => tf.sin(x);
  const disposed = tf.tensor1d([1]);
  disposed.dispose();
  type Any = Parameters<typeof checkGradients>;
  it.each<[string, unknown, unknown, object, string]>([
    ['no function', 'sin', [x], {}, 'f must be a function; got string.'],
    ['no inputs', sin, [], {}, 'inputs must be a tensor or a list of one or more.'],
    ['numbers', sin, [1], {}, 'input 0 must be a tensor; got number.'],
    [
      'int32',
      sin,
      [x, tf.tensor1d([1], 'int32')],
      {},
      'input 1 is int32; gradients flow through float32 only. Close f over other tensors.',
    ],
    ['an empty tensor', sin, tf.zeros([0, 3]), {}, 'input 0 is empty, of shape [0,3].'],
    ['NaN', sin, vector(1, Number.NaN), {}, 'input 0 is NaN at 1; it must be finite.'],
    ['a disposed tensor', sin, disposed, {}, 'input 0 is disposed.'],
    [
      'f that throws',
      () => {
        throw new Error('out of\n ink');
      },
      x,
      {},
      'f throws: out of ink',
    ],
    ['f that returns an array', (x: tf.Tensor) => [x], x, {}, 'f must return one tensor; it returns an array.'],
    ['f that returns nothing', () => {}, x, {}, 'f must return one tensor; it returns undefined.'],
    [
      'f that returns a promise',
      async (x: tf.Tensor) => x,
      x,
      {},
      'f returns a promise; it must return its tensor at once, since the tape sees only what happens before.',
    ],
    [
      'f that returns int32',
      (x: tf.Tensor) => x.cast('int32'),
      x,
      {},
      'f returns a tensor of int32; gradients flow through float32 only.',
    ],
    [
      'f that returns nothing at all',
      (x: tf.Tensor) => x.slice(0, 0),
      x,
      {},
      'f returns an empty tensor, of shape [0]; there is nothing to differentiate.',
    ],
    ['a mode', sin, x, {mode: 'exact'}, "mode must be 'auto', 'integers' or 'real'; got 'exact'."],
    [
      'integers for a sine',
      sin,
      x,
      {mode: 'integers'},
      "mode 'integers' needs an f that is linear in each input, with whole coefficients; f is not linear in input 0. Use mode 'real' or 'auto'.",
    ],
    ['an order', sin, x, {order: 3}, 'order must be 1 or 2; got 3.'],
    ['a seed', sin, x, {seed: 0.5}, 'seed must be a whole number; got 0.5.'],
    ['coordinates', sin, x, {coordinates: 0}, 'coordinates must be a whole number ≥ 1; got 0.'],
    ['directions', sin, x, {directions: -1}, 'directions must be a whole number ≥ 0; got -1.'],
    ['an unknown option', sin, x, {step: 1}, "unknown option 'step'; use mode, order, seed, directions, coordinates."],
  ])('%s', async (_name, f, inputs, options, message) => {
    await expect(checkGradients(f as Any[0], inputs as Any[1], options)).rejects.toThrow(`checkGradients: ${message}`);
  });

  it('a random f', async () => {
    const drop = (x: tf.Tensor) => x.mul(tf.randomUniform([3]));
    await expect(checkGradients(drop, x)).rejects.toThrow(
      /^checkGradients: f is random: element 0 was .* fix its seed\.$/,
    );
  });
});

it('leaks no tensors and leaves the inputs unchanged', async () => {
  const before = tf.memory().numTensors;
  const broken = withGradient(tf.tanh, () => {
    throw new Error('no way back');
  });
  for (const f of [tf.sin, tf.relu, (x: tf.Tensor) => x, (x: tf.Tensor) => x.mul(2), tf.tanh, broken]) {
    await checkGradients(f, x, {order: 2});
    await checkGradients((x) => x.slice(5), x).catch(() => {});
    expect(tf.memory().numTensors).toBe(before);
  }
  expect([...x.dataSync()]).toEqual([...Float32Array.of(0.5, -0.3, 1.2)]);
});
