import * as tf from '@tensorflow/tfjs';
import {engine} from '../../src/engine/index.js';
import {flopsOf} from '../../src/geometry/pass.js';
import {formatProblem, problemInfo} from '../../src/geometry/problem.js';
import {builtinKernel, isOurs} from '../../src/plugin/builtins.js';
import {install, uninstall} from '../../src/plugin/install.js';
import {currentSession} from '../../src/plugin/session.js';
import {cases} from '../../src/verify/cases/index.js';
import {isGood, type VerifyReport, type VerifyResult, verify} from '../../src/verify/index.js';
import {aliasBuiltins} from '../support/aliasBuiltins.js';

const few = {problems: ['mb2ih5iw6ic2oc3kh3kw2sh2sw1-same', 'ih5iw5ic2oc2kh2kw2-nchw'], backends: ['cpu']};
const statuses = (results: VerifyResult[]) => new Set(results.map(({status}) => status));
const kernels = () =>
  ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'].map((name) => tf.getKernel(name, 'cpu').kernelFunc);
const reasons = ({results}: VerifyReport) => [...new Set(results.flatMap(({reason}) => reason ?? []))];

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(uninstall);

test('small cases pass on cpu for every algorithm, pass, oracle and fill', async () => {
  const small = cases({seed: 3, cases: 10}).filter(({problem}) => flopsOf(problemInfo(problem)) < 2000);
  const problems = small.map(({problem}) => formatProblem(problem));
  const report = await verify({problems, seed: 3, backends: ['cpu']});
  expect(report.results.filter(({status}) => status === 'failed' || status === 'vacuous')).toEqual([]);
  expect(isGood(report)).toBe(true);
  for (const key of ['algorithm', 'pass', 'oracle', 'fill'] as const) {
    expect(
      new Set(report.results.filter(({status}) => status === 'passed').map((result) => result[key])).size,
    ).toBeGreaterThan(1);
  }
  expect(report).toMatchObject({version: 1, seed: 3, environment: {tfjs: tf.version.tfjs, backends: {cpu: {}}}});
  expect(report.summary.passed + report.summary.skipped).toBe(report.results.length);
});

test('a built-in that cannot compute a case is skipped, and the reference judges', async () => {
  const {results} = await verify({
    backends: ['cpu'],
    algorithms: ['direct'],
    fills: ['integers'],
    problems: [
      'ih7iw7ic1oc2kh3kw3dh2dw2-same',
      'ih9iw9ic1oc2kh3kw3sh2sw2dh2dw2-same',
      'ih6iw6ic2oc2kh3kw3sh2sw2-p0-ceil',
      'ih5iw5ic2oc2kh3kw1-p1',
    ],
  });
  expect(statuses(results.filter(({oracle}) => oracle === 'reference'))).toEqual(new Set(['passed']));
  const builtin = results.filter(({oracle}) => oracle === 'builtin');
  expect(builtin.map(({status}) => status)).toEqual([
    ...['passed', 'skipped', 'skipped'], // dilation: gradients throw
    ...['skipped', 'skipped', 'skipped'], // with stride: the op refuses
    ...['passed', 'skipped', 'skipped'], // ceil: gradients drop it
    ...['skipped', 'skipped', 'skipped'], // issue 649
  ]);
});

test('kernels, memory and the installation are restored', async () => {
  const before = kernels();
  const {numTensors} = tf.memory();
  await verify(few);
  expect(kernels()).toEqual(before);
  expect(tf.memory().numTensors).toBe(numTensors);
  install({tf, backends: ['cpu'], algorithm: 'direct', engine: 'js', layers: false});
  await verify(few);
  expect(currentSession(tf)).toMatchObject({backends: ['cpu'], requested: {algorithm: 'direct'}, patchesLayers: false});
  expect(engine().name).toBe('js');
  expect(kernels().every(isOurs)).toBe(true);
  expect(tf.getBackend()).toBe('cpu');
});

test('without install() every result fails with the reason', async () => {
  const report = await verify({...few, installed: false});
  expect(statuses(report.results)).toEqual(new Set(['failed']));
  expect(reasons(report)).toEqual([
    expect.stringContaining("convgrad's kernel did not run: install() is missing or was undone"),
  ]);
  expect(isGood(report)).toBe(false);
});

test('a built-in that is an alias of ours fails, and what stood there before is restored', async () => {
  const before = kernels();
  const repair = aliasBuiltins('cpu');
  const report = await verify({...few, diagnose: false});
  expect(statuses(report.results.filter(({oracle}) => oracle === 'builtin'))).toEqual(new Set(['failed']));
  expect(reasons(report).join()).toContain('cannot be compared with itself');
  expect(isGood(report)).toBe(false);
  repair();
  expect(kernels()).toEqual(before);
});

describe('a kernel registered over ours', () => {
  const registerOver = (change: (dFilter: tf.Tensor) => tf.Tensor) => {
    install({tf});
    const builtin = builtinKernel(tf, 'Conv2DBackpropFilter', 'cpu')!;
    tf.unregisterKernel('Conv2DBackpropFilter', 'cpu');
    tf.registerKernel({
      ...builtin,
      kernelFunc: (params) =>
        tf.tidy(() => change(tf.engine().makeTensorFromTensorInfo(builtin.kernelFunc(params) as tf.TensorInfo))),
    });
    return tf.getKernel('Conv2DBackpropFilter', 'cpu');
  };
  test.each([
    ['right', (t: tf.Tensor) => tf.mul(t, 1), 'passed'],
    ['with the sign wrong', (t: tf.Tensor) => tf.neg(t), 'failed'],
  ])('that is %s is judged alone and stays registered', async (_, change, status) => {
    const theirs = registerOver(change);
    const builtin = builtinKernel(tf, 'Conv2DBackpropFilter', 'cpu')!;
    const {results} = await verify({...few, oracles: ['reference', 'builtin']});
    expect(statuses(results)).toEqual(new Set([status]));
    expect(new Set(results.map(({algorithm, pass}) => `${algorithm} ${pass}`))).toEqual(
      new Set(['imported backpropFilter']),
    );
    expect(tf.getKernel('Conv2DBackpropFilter', 'cpu')).toBe(theirs);
    tf.unregisterKernel('Conv2DBackpropFilter', 'cpu');
    tf.registerKernel(builtin);
  });
});

test('an exception fails one result and the run continues', async () => {
  install({tf});
  const convolve = jest.spyOn(tf.engine(), 'runKernel').mockImplementationOnce(() => {
    throw new Error('out of luck');
  });
  const {results} = await verify({...few, algorithms: ['direct'], oracles: ['reference'], fills: ['reals']});
  convolve.mockRestore();
  expect(results.filter(({status}) => status === 'failed')).toMatchObject([{reason: 'out of luck'}]);
  expect(results.filter(({status}) => status === 'passed')).toHaveLength(5);
});

test('an abort keeps the results so far', async () => {
  const controller = new AbortController();
  const report = await verify({
    backends: ['cpu'],
    signal: controller.signal,
    onProgress: ({done}) => {
      if (done === 3) controller.abort();
    },
  });
  expect(report.interrupted).toBe(true);
  expect(new Set(report.results.map(({problem, fill}) => problem + fill)).size).toBe(3);
});

test('bail stops at the first failure', async () => {
  const {results} = await verify({...few, installed: false, bail: true});
  expect(new Set(results.map(({problem, fill}) => problem + fill)).size).toBe(1);
});

test.each([
  [{backends: ['tpu']}, "verify: unknown backend 'tpu'; use cpu, wasm, webgl, webgpu."],
  [
    {algorithms: ['magic']},
    "verify: unknown algorithm 'magic'; use implicitGemm, im2col, winograd, winograd4, fft, transposed, depthwise, direct, imported, imported-gradient.",
  ],
  [{cases: 0}, 'verify: cases must be a whole number ≥ 1; got 0.'],
  [{seed: 0.5}, 'verify: seed must be a whole number ≥ 0; got 0.5.'],
  [{backends: ['webgl']}, "verify: backend 'webgl' is not available here; import it first, or run in a browser."],
])('refuses %j', async (options, message) => {
  await expect(verify(options)).rejects.toThrow(message);
});

describe('flags of tfjs', () => {
  const one = {backends: ['cpu'], problems: ['ih3iw3ic1oc1kh1kw1'], oracles: ['reference']} as const;

  it('are set for the run, listed in the report and restored', async () => {
    const before = tf.env().getFlags().WEBGL_PACK;
    const set = jest.spyOn(tf.env(), 'set');
    const report = await verify({...one, flags: ['WEBGL_PACK=false', 'CPU_HANDOFF_SIZE_THRESHOLD=7']});
    expect(report.options.flags).toEqual(['WEBGL_PACK=false', 'CPU_HANDOFF_SIZE_THRESHOLD=7']);
    expect(set.mock.calls.slice(0, 2)).toEqual([
      ['WEBGL_PACK', false],
      ['CPU_HANDOFF_SIZE_THRESHOLD', 7],
    ]);
    set.mockRestore();
    expect(tf.env().getFlags().WEBGL_PACK).toBe(before);
  });

  it.each([
    ['WEBGL_PACK', "verify: 'WEBGL_PACK' is not a flag; use NAME=true, NAME=false or NAME=NUMBER."],
    ['WEBGL_PACK=maybe', 'is not a flag'],
    ['NO_SUCH_FLAG=true', 'verify: tfjs has no flag NO_SUCH_FLAG; leave it out, or import the backend that brings it.'],
  ])('%s is refused', async (flag, message) => {
    await expect(verify({...one, flags: [flag]})).rejects.toThrow(message);
  });
});
