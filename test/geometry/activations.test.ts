import * as tf from '@tensorflow/tfjs';
import {conv2d, install, uninstall} from 'tfjs-convgrad';
import {type ActivationEntry, activationNames, activations} from '../../src/geometry/activations.js';
import {formatProblem, parseProblem} from '../../src/geometry/problem.js';
import {fusedCounters} from '../../src/verify/proof/fusedCounters.js';
import {type ActivationDefinition, activationDefinitions} from '../../src/verify/reference/activations.js';
import {verify} from '../../src/verify/verify.js';

describe.each(activationNames())('%s', (name) => {
  const {apply, operand, fused} = activations[name];
  const value = (z: number, slope: number) => {
    const values = Float32Array.of(0, z);
    apply(values, operand === 'slopes' ? [7, slope] : [slope]);
    return values[1];
  };

  it('has a definition of the same values in the reference', () => {
    const definition = activationDefinitions[name];
    expect(definition.operand).toBe(operand);
    for (const z of [-70, -7.5, -1, -0.25, 0, 0.25, 1, 5.5, 6.5, 70])
      for (const slope of [-0.5, 0.25, 1.5]) expect(value(z, slope)).toBe(Math.fround(definition.value(z, slope)));
  });

  it('is the same by tfjs’s kernels, whose gradient is the derivative', () => {
    const slope = 0.25;
    const z = [-7.5, -1, -0.25, 0.25, 1, 5.5, 6.5];
    const f = (x: tf.Tensor) =>
      activations[name].byKernels<tf.Tensor>(
        (kernel, inputs, attrs) =>
          tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap, attrs as never) as tf.Tensor,
        tf.clone(x),
        {slopes: tf.scalar(slope), alpha: slope},
      );
    const {derivative} = activationDefinitions[name];
    const near = (got: tf.Tensor, of: typeof value) => {
      for (const [i, one] of got.dataSync().entries()) expect(one).toBeCloseTo(of(z[i], slope), 6);
    };
    near(f(tf.tensor(z)), value);
    near(tf.grad(f)(tf.tensor(z)), derivative);
  });

  it('has an expression for each kind of kernel, or a reason for its absence', () => {
    for (const form of Object.values(fused))
      expect(typeof form === 'string' ? form : form.absent).toMatch(typeof form === 'string' ? /\bvalue\b/ : / /);
  });
});

describe('one more entry in the table', () => {
  const name = 'ramp';
  const table = activations as Record<string, ActivationEntry>;
  const definitions = activationDefinitions as Record<string, ActivationDefinition>;
  const problem = 'mb2ih5iw6ic3oc7kh3kw2-same-nhwc-bias-ramp';
  const clip = (max: number) => (values: Float32Array) =>
    values.forEach((z, i) => {
      values[i] = Math.min(max, Math.max(-1, z));
    });
  let kernelRuns: jest.SpyInstance;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    table[name] = {
      apply: clip(3),
      // Three kernels, so intermediate results have to be released.
      byKernels: (run, x) =>
        run('Neg', {x: run('ClipByValue', {x: run('Neg', {x})}, {clipValueMin: -3, clipValueMax: 1})}),
      isUnknownToTfjs: true,
      fused: {
        engine: 'f32x4.min(f32x4.max(value, f32x4.splat(-1)), f32x4.splat(3))',
        glsl: {absent: 'this test runs on cpu'},
        wgsl: {absent: 'this test runs on cpu'},
      },
    };
    // The reference shares nothing with the table, so it needs the definition once more.
    const {relu6} = activationDefinitions;
    definitions[name] = {
      ...relu6,
      value: (z) => -Math.min(1, Math.max(-3, -z)),
      derivative: (z) => (z > -1 && z < 3 ? 1 : 0),
      kinks: [-1, 3],
    };
  });
  afterAll(() => {
    delete table[name];
    delete definitions[name];
    uninstall();
  });
  beforeEach(() => {
    kernelRuns = jest.spyOn(tf.getKernel('ClipByValue', 'cpu'), 'kernelFunc');
  });
  afterEach(() => kernelRuns.mockRestore());

  const inputs = () => ({
    x: tf.range(-30, 30).reshape([1, 5, 6, 2]) as tf.Tensor4D,
    filter: tf.linspace(-0.1, 0.1, 18).reshape([3, 3, 2, 1]) as tf.Tensor4D,
  });
  const runFused = () => tf.engine().runKernel('FusedConv2D', inputs(), {strides: 1, pad: 'same', activation: name});
  const expected = () => {
    const {x, filter} = inputs();
    return tf.clipByValue(tf.conv2d(x, filter, 1, 'same'), -1, 3).arraySync();
  };

  it('is part of problem strings', () => {
    expect(parseProblem(problem).epilogue).toEqual({activation: name, bias: 'c'});
    expect(formatProblem(parseProblem(problem))).toContain('-bias-ramp');
  });

  it('is computed by the engine within the algorithm that fuses', () => {
    install({engine: 'js', algorithm: 'implicitGemm'});
    const want = expected();
    kernelRuns.mockClear();
    expect((runFused() as tf.Tensor).arraySync()).toEqual(want);
    expect(kernelRuns).not.toHaveBeenCalled();
  });

  it('is computed by tfjs’s kernels where nothing fuses, and leaves nothing', () => {
    install({engine: 'js', algorithm: 'direct'});
    const want = expected();
    kernelRuns.mockClear();
    const before = tf.backend().numDataIds();
    tf.tidy(() => expect((runFused() as tf.Tensor).arraySync()).toEqual(want));
    expect(kernelRuns).toHaveBeenCalledTimes(1);
    expect(tf.backend().numDataIds()).toBe(before);
  });

  it('is differentiated by the tape', () => {
    install({engine: 'js'});
    const {x, filter} = inputs();
    const dx = tf.grad((image) =>
      conv2d({x: image as tf.Tensor4D, filter, activation: name as 'relu', strides: 1, pad: 'same'}),
    )(x);
    const want = tf.grad((image) => tf.clipByValue(tf.conv2d(image as tf.Tensor4D, filter, 1, 'same'), -1, 3))(x);
    expect(dx.arraySync()).toEqual(want.arraySync());
    expect(dx.abs().sum().dataSync()[0]).toBeGreaterThan(0);
  });

  const verified = () =>
    verify({backends: ['cpu'], problems: [problem], algorithms: ['direct', 'implicitGemm'], engine: 'js'});

  it('is verified, and among what a campaign must see fused', async () => {
    expect(fusedCounters('cpu')).toContain('implicitGemm forward, ramp in its kernel');
    const {results} = await verified();
    expect(results.filter(({status}) => status === 'failed' || status === 'vacuous')).toEqual([]);
    for (const algorithm of ['direct', 'implicitGemm'])
      for (const pass of ['forward', 'backpropInput', 'backpropFilter'])
        expect(results).toContainEqual(
          expect.objectContaining({algorithm, pass, oracle: 'reference', status: 'passed'}),
        );
  });

  it('fails verification where its value in the table is wrong', async () => {
    const right = table[name];
    table[name] = {...right, apply: clip(4)};
    const {results} = await verified();
    table[name] = right;
    const failed = results.filter(({status}) => status === 'failed');
    expect(new Set(failed.map(({algorithm}) => algorithm))).toEqual(new Set(['implicitGemm']));
  });
});
