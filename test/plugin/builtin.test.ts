import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import {type Conv2DArguments, conv2d, depthwiseConv2d, type InstallOptions, install, uninstall} from 'tfjs-convgrad';
import {activationNames} from '../../src/geometry/activations.js';
import {formatProblem, type Problem, problemAttributes, problemShapes} from '../../src/geometry/problem.js';
import {edgeCases} from '../../src/verify/cases/edgeCases.js';
import {convolutionProblem} from '../../src/verify/cases/randomProblem.js';
import {drawInputs} from '../../src/verify/data/fill.js';
import {reference} from '../../src/verify/reference/reference.js';
import {imageTensor, inNHWC} from '../../src/verify/run/runPass.js';

type Shape = [number, number, number, number];

beforeAll(() => tf.setBackend('wasm'));
afterEach(uninstall);

/** The first element of a forward pass that differs from the reference on integers, or −1. */
function firstWrong(problem: Problem): number {
  const inputs = drawInputs(problem, 'integers', 1);
  const {values, shape} = reference(problem, inputs).forward;
  return tf.tidy(() => {
    const x = imageTensor(problem, inputs.x, [problem.batch, problem.inHeight, problem.inWidth, problem.inChannels]);
    const filter = tf.tensor4d(inputs.filter, problemShapes(problem).filterShape);
    const convolve = problem.kind === 'depthwise' ? depthwiseConv2d : conv2d;
    const y = convolve({x, filter, ...problemAttributes(problem)});
    const got = inNHWC(problem, false, y.dataSync() as Float32Array, y.shape);
    return String(got.shape) === String(shape) ? got.values.findIndex((value, i) => value !== values[i]) : 0;
  });
}

it('is right for all pads, roundings, dilations and data formats, since it gets explicit pads', () => {
  const installation = install({algorithm: 'builtin'});
  const drawn = fc.sample(convolutionProblem, {seed: 5, numRuns: 400});
  const problems = [...edgeCases().map(({problem}) => problem), ...drawn];
  const wrong = problems.filter((problem) => firstWrong(problem) >= 0).map(formatProblem);
  expect(wrong).toEqual([]);
  const isSingle = ({kind, inChannels, outChannels}: Problem) =>
    kind !== 'depthwise' && inChannels === 1 && outChannels === 1;
  const filled = problems.filter(({batch}) => batch > 0);
  const single = filled.filter(isSingle).length;
  const {calls, builtin, summary} = installation.report();
  expect(builtin).toEqual([{backend: 'wasm', pass: 'forward', calls: filled.length - single}]);
  // Tiny problems go to the definition.
  expect(calls.map(({algorithm}) => algorithm)).toEqual(['direct', 'implicitGemm']);
  expect(calls.reduce((sum, row) => sum + row.calls, 0)).toBe(single);
  expect(single).toBeGreaterThan(0);
  expect(summary).toContain(
    `${single} calls since install(), ${filled.length - single} more delegated to the built-in`,
  );
});

it.each(['auto', 'builtin'])('writes past no buffer, unlike tfjs (issues 649 and 7605), with %s', (algorithm) => {
  install({algorithm});
  const witnesses = Array.from({length: 40}, (_, i) => tf.fill([1 + 13 * i], i));
  for (let i = 0; i < 50; i++) {
    const y = tf.tidy(() => tf.conv2d(tf.ones([1, 5, 5, 2]) as tf.Tensor4D, tf.ones([3, 1, 2, 1]), 1, 1).slice(0, 1));
    expect(y.shape).toEqual([1, 5, 7, 1]);
    y.dispose();
    tf.tidy(() => tf.conv2d(tf.ones([2, 4, 9, 3]) as tf.Tensor4D, tf.ones([4, 1, 3, 5]), [1, 2], 3));
  }
  witnesses.forEach((witness, i) => {
    expect(witness.dataSync().every((value) => value === i)).toBe(true);
  });
  tf.dispose(witnesses);
});

describe('fused convolutions on wasm by the built-in', () => {
  const shapes: {bias?: number[]; slopes?: number[]; whole: boolean}[] = [
    {whole: true},
    {bias: [4], slopes: [4], whole: true},
    {bias: [4], slopes: [1, 1, 4], whole: true},
    {bias: [1], slopes: [4], whole: false},
    {bias: [5, 6, 4], slopes: [4], whole: false},
    {bias: [4], slopes: [5, 1, 4], whole: false},
    {bias: [4], slopes: [1, 6, 1], whole: false},
    {bias: [4], slopes: [1], whole: false},
  ];
  const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);
  const convolve = (activation: string, {bias, slopes = [4]}: {bias?: number[]; slopes?: number[]}) =>
    tf.tidy(() =>
      tf.fused
        .conv2d({
          ...{x: random([2, 5, 6, 3], 1) as tf.Tensor4D, filter: random([3, 2, 3, 4], 2) as tf.Tensor4D},
          ...{strides: 1, pad: 'same', activation: activation as 'relu', leakyreluAlpha: 0.3},
          ...(bias ? {bias: random(bias, 3)} : {}),
          ...(activation === 'prelu' ? {preluActivationWeights: random(slopes, 4)} : {}),
        })
        .dataSync(),
    );

  it.each(activationNames())('depthwise with %s agree with convgrad', (activation) => {
    const convolve = () =>
      tf.tidy(() =>
        tf.fused
          .depthwiseConv2d({
            ...{x: random([2, 5, 6, 3], 1) as tf.Tensor4D, filter: random([3, 2, 3, 2], 2) as tf.Tensor4D},
            ...{strides: 1, pad: 'same', activation: activation as 'relu', leakyreluAlpha: 0.3, bias: random([6], 3)},
            ...(activation === 'prelu' ? {preluActivationWeights: random([6], 4)} : {}),
          })
          .dataSync(),
      );
    install({algorithm: 'direct'});
    const wanted = convolve();
    uninstall();
    const installation = install();
    convolve().forEach((value, i) => {
      expect(Math.abs(value - wanted[i])).toBeLessThan(1e-5);
    });
    expect(installation.report().builtin).toEqual([{backend: 'wasm', pass: 'forward', calls: 1}]);
  });

  it.each(activationNames())(
    'with %s agree with convgrad, in one kernel if that supports bias and slopes',
    async (activation) => {
      for (const {whole, ...sizes} of shapes) {
        install({algorithm: 'direct'});
        const wanted = convolve(activation, sizes);
        uninstall();
        const installation = install({algorithm: 'builtin'});
        const run = jest.spyOn(tf.getKernel('Add', 'wasm') as {kernelFunc: tf.KernelFunc}, 'kernelFunc');
        const got = convolve(activation, sizes);
        const added = run.mock.calls.length;
        run.mockRestore();
        got.forEach((value, i) => {
          expect(Math.abs(value - wanted[i])).toBeLessThan(1e-5);
        });
        expect(installation.report().builtin).toEqual([{backend: 'wasm', pass: 'forward', calls: 1}]);
        const isWhole = whole || (activation !== 'prelu' && sizes.bias?.length === 1 && sizes.bias[0] === 4);
        expect(added).toBe(isWhole ? 0 : 1);
        uninstall();
      }
    },
  );

  it.each(['fused', 'own function'])('with prelu in NCHW take one slope for each channel (%s)', (how) => {
    const [x, filter, slopes] = [tf.fill([1, 2, 2, 2], -1), tf.ones([1, 1, 2, 2]), tf.tensor1d([1, 10])];
    install();
    const args = {
      x,
      filter,
      strides: 1,
      pad: 'valid',
      dataFormat: 'NCHW',
      activation: 'prelu',
      preluActivationWeights: slopes,
    };
    const y = how === 'fused' ? tf.fused.conv2d(args as never) : conv2d(args as Conv2DArguments<tf.Tensor4D>);
    expect([...y.dataSync()]).toEqual([-2, -2, -2, -2, -20, -20, -20, -20]);
    tf.dispose([x, filter, slopes, y]);
  });

  it.each(['auto', 'builtin'])('leak nothing (%s)', (algorithm) => {
    install({algorithm});
    convolve('prelu', {bias: [5, 6, 4], slopes: [5, 1, 4]});
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    for (const {whole: _, ...sizes} of shapes) for (const activation of activationNames()) convolve(activation, sizes);
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});

it('keeps NaN for single channels, where tfjs returns a number', () => {
  const convolve = () =>
    tf.tidy(
      () =>
        tf.conv2d(tf.fill([1, 2, 2, 1], Number.NaN) as tf.Tensor4D, tf.ones([1, 1, 1, 1]), 1, 'valid').dataSync()[0],
    );
  expect(convolve()).not.toBeNaN();
  install();
  expect(convolve()).toBeNaN();
});

it.each<[NonNullable<InstallOptions['engine']>, Problem['kind'], number, boolean]>([
  ['simd', 'dense', 64, false],
  ['simd', 'dense', 4, true],
  ['simd', 'depthwise', 64, true],
  ['js', 'dense', 64, true],
  ['js', 'depthwise', 4, true],
])(
  'with %s, %s forward passes of %i rows are delegated only if the built-in is faster',
  (engine, kind, side, builtin) => {
    const installation = install({engine});
    const [x, filter] = [tf.ones([1, side, side, 16]) as tf.Tensor4D, tf.ones([3, 3, 16, 8]) as tf.Tensor4D];
    tf.tidy(() => void (kind === 'dense' ? tf.conv2d(x, filter, 1, 'same') : tf.depthwiseConv2d(x, filter, 1, 'same')));
    expect(installation.report().builtin).toHaveLength(builtin ? 1 : 0);
    expect(installation.report().calls).toHaveLength(builtin ? 0 : 1);
    tf.dispose([x, filter]);
  },
);

describe('a requested algorithm', () => {
  const y = (size: Shape = [1, 4, 4, 2]) =>
    tf.tidy(() =>
      tf
        .grad((x) => tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 2, 1]), 1, 'same'))(tf.ones(size))
        .dataSync(),
    );

  it.each(['im2col', 'direct', 'transposed'])('%s never gives way to the built-in', (algorithm) => {
    const installation = install({algorithm});
    y();
    expect(installation.report().builtin).toEqual([]);
    expect(
      installation
        .report()
        .calls.map(({pass}) => pass)
        .sort(),
    ).toEqual(['backpropInput', 'forward']);
  });

  it('builtin serves forward passes, and the report has the reason for each fallback', () => {
    const installation = install({algorithm: 'builtin'});
    y();
    expect(installation.report()).toMatchObject({
      builtin: [{backend: 'wasm', pass: 'forward', calls: 1}],
      fallbacks: [
        {
          pass: 'backpropInput',
          requested: 'builtin',
          served: 'direct',
          reason: "convgrad does not use wasm's own backpropInput",
        },
      ],
    });
  });

  it('builtin on cpu falls back to convgrad', async () => {
    await tf.setBackend('cpu');
    const installation = install({algorithm: 'builtin'});
    y();
    const reasons = installation.report().fallbacks.map(({reason}) => reason);
    expect(reasons).toEqual(['cpu does not run it', 'cpu does not run it']);
    expect(installation.report().builtin).toEqual([]);
    await tf.setBackend('wasm');
  });
});
