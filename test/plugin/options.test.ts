import * as tf from '@tensorflow/tfjs';
import {
  type Algorithm,
  conv2d,
  conv2dBackward,
  conv2dInfo,
  defineAlgorithm,
  depthwiseConv2d,
  depthwiseConv2dBackward,
  explain,
  install,
  uninstall,
} from 'tfjs-convgrad';
import {bench} from 'tfjs-convgrad/bench';
import {checkGradients, verify} from 'tfjs-convgrad/verify';
import {isOurs} from '../../src/plugin/kernels.js';

const ones = (...shape: [number, number, number, number]) => tf.ones(shape) as tf.Tensor4D;
const convolve = () => tf.tidy(() => tf.conv2d(ones(1, 4, 4, 1), ones(3, 3, 1, 1), 1, 'same').dataSync()[0]);

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(async () => {
  tf.engine().endScope();
  uninstall();
  await tf.setBackend('cpu');
});

describe('unknown options are refused', () => {
  const x = () => ({x: ones(1, 4, 4, 1), filter: ones(3, 3, 1, 1), strides: 1, pad: 'same'});
  const dy = () => ({...x(), dy: ones(1, 4, 4, 1)});
  it.each<[string, (options: never) => unknown, () => object, string, string]>([
    ['install', install, () => ({}), 'algoritm', 'algorithm'],
    ['install', install, () => ({}), 'thread', 'threads'],
    ['conv2d', conv2d, x, 'dilation', 'dilations'],
    ['conv2d', conv2d, x, 'preluActivationWeight', 'preluActivationWeights'],
    ['depthwiseConv2d', depthwiseConv2d, x, 'data_format', 'dataFormat'],
    ['conv2dBackward', conv2dBackward, dy, 'dimRoundMode', 'dimRoundingMode'],
    ['depthwiseConv2dBackward', depthwiseConv2dBackward, dy, 'stride', 'strides'],
    ['explain', (options) => explain('ih4iw4ic1oc1kh3kw3', options), () => ({}), 'backend', 'backends'],
    ['verify', verify, () => ({}), 'algorithm', 'algorithms'],
    ['bench', bench, () => ({}), 'round', 'rounds'],
    ['checkGradients', (options) => checkGradients((a) => a, ones(1, 1, 1, 1), options), () => ({}), 'sed', 'seed'],
    ['defineAlgorithm', defineAlgorithm, () => ({name: 'mine', forward() {}}), 'suports', 'supports'],
    ['verify', verify, () => ({}), 'subjekt', 'subject'],
  ])('%s', async (name, call, options, wrong, right) => {
    const stock = tf.getKernel('Conv2D', 'cpu');
    const kind = name === 'defineAlgorithm' ? 'field' : 'option';
    await expect(async () => call({...options(), [wrong]: undefined} as never)).rejects.toThrow(
      `${name}: unknown ${kind} '${wrong}' (did you mean '${right}'?); use `,
    );
    expect(tf.getKernel('Conv2D', 'cpu')).toBe(stock);
  });

  it('even if no known option is similar', () => {
    expect(() => conv2dBackward({...dy(), want: ['dx']} as never)).toThrow(
      "conv2dBackward: unknown option 'want'; use x, filter, dy, strides, pad, dataFormat, dilations, dimRoundingMode.",
    );
    const problem = {...explain('ih4iw4ic1oc1kh3kw3').geometry};
    expect(() => explain(problem as never)).toThrow("explain: unknown option 'outHeight'");
    expect(() => conv2dInfo('mine', {xShape: [1, 4, 4, 1], filterShape: [1, 1, 1, 1], stride: 1} as never)).toThrow(
      "mine: unknown option 'stride' (did you mean 'strides'?)",
    );
  });

  it('except that an algorithm may have extra fields', () => {
    const undo = defineAlgorithm({name: 'mine', forward() {}, workbench: 3} as Parameters<typeof defineAlgorithm>[0]);
    undo();
  });
});

it.each([
  [() => install({algorithm: 'wingrad'}), "install: unknown algorithm 'wingrad' (did you mean 'winograd'?); use auto,"],
  [
    () => install({backends: ['webg1']}),
    "install: convgrad has no kernels for backend 'webg1' (did you mean 'webgl'?)",
  ],
  [() => explain('ih4iw4ic1oc1kh3kw3', {algorithm: 'imtocol'}), "explain: unknown algorithm 'imtocol'"],
])('an unknown name is refused with a suggestion if one is near: %#', (call, message) => {
  expect(call).toThrow(message);
});

describe('an algorithm that a backend does not run', () => {
  /** An algorithm that is not a convolution, such as feedback alignment, so no other may replace it. */
  const mine: Parameters<typeof defineAlgorithm>[0] = {
    name: 'mine',
    backpropInput: ((_info, _dy, _filter, dx) => void dx.fill(7)) as Algorithm['backpropInput'],
  };
  const gradient = () =>
    tf.tidy(
      () =>
        tf
          .grad((x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, ones(1, 1, 1, 1), 1, 'same'))(ones(1, 1, 1, 1))
          .dataSync()[0],
    );
  let undo = () => {};
  afterEach(() => undo());

  it('serves the passes that it has, and others serve the rest', () => {
    undo = defineAlgorithm(mine);
    const installation = install({algorithm: 'mine'});
    expect(gradient()).toBe(7);
    const {serving, summary, fallbacks} = installation.report();
    expect([serving, fallbacks.map(({pass}) => pass)]).toEqual([true, ['forward']]);
    expect(summary).toContain('1 served by an algorithm other than the requested one');
  });

  it('is refused by install() if no requested backend runs it', () => {
    undo = defineAlgorithm(mine);
    expect(() => install({algorithm: 'mine', backends: ['webgl', 'webgpu']})).toThrow(
      /^install: algorithm 'mine' does not run on webgl, webgpu; use packed2x2,/,
    );
    expect(() => install({algorithm: 'packed2x2', backends: ['cpu']})).toThrow(
      /^install: algorithm 'packed2x2' does not run on cpu; use implicitGemm,/,
    );
    expect(isOurs(tf.getKernel('Conv2D', 'cpu').kernelFunc)).toBe(false);
  });

  it('is refused in a call if it is user-defined, and the report says so', () => {
    undo = defineAlgorithm(mine);
    const installation = install({algorithm: 'mine'});
    undo();
    expect(convolve).toThrow(
      "conv2d: your algorithm 'mine' does not run on backend 'cpu', and no other algorithm replaces it; it is not defined any more; or install({algorithm: 'auto'}).",
    );
    const {serving, summary} = installation.report();
    expect(serving).toBe(false);
    expect(summary).toContain("your algorithm 'mine' does not run on backend 'cpu'");
  });

  it('has in explain() the reason and the backends that run it', () => {
    undo = defineAlgorithm(mine);
    const {backends} = explain('ih9iw9ic2oc2kh3kw3', {algorithm: 'mine', backends: ['cpu', 'webgl']});
    const [cpu, webgl] = backends.map(({passes}) => passes.find(({pass}) => pass === 'backpropInput'));
    expect(cpu?.algorithm).toBe('mine');
    expect(webgl?.algorithm).toBeUndefined();
    expect(webgl?.why).toBe(
      "your algorithm 'mine' does not run on backend 'webgl', and no other algorithm replaces it; it runs on cpu, wasm",
    );
  });

  it('gives way to another algorithm if it is not user-defined, and the report counts it', () => {
    const installation = install({algorithm: 'packed2x2'});
    expect(convolve()).toBe(4);
    expect(installation.report().fallbacks).toMatchObject([{requested: 'packed2x2', calls: 1}]);
  });
});
