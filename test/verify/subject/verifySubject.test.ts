import * as tf from '@tensorflow/tfjs';
import {direct} from '../../../src/algorithms/direct.js';
import {parseProblem} from '../../../src/geometry/problem.js';
import {install, uninstall} from '../../../src/plugin/install.js';
import {toNCHW} from '../../../src/verify/data/dataFormat.js';
import {isGood, reference, type SubjectCall, type VerifySubject, verify} from '../../../src/verify/index.js';
import {outputSize} from '../../../src/verify/reference/reference.js';

const problems = ['mb2ih5iw6ic2oc3kh3kw2sh2sw1-same', 'ih5iw5ic2oc2kh2kw2-nchw', 'ih6iw7ic1oc2kh3kw3dh2dw2-p1'];
const seen: SubjectCall[] = [];

/** A conv2d on tensors, by tf's own op. */
const onTensors: VerifySubject = {
  name: 'onTensors',
  dataFormats: ['NHWC', 'NCHW'],
  forward: (call) => {
    seen.push(call);
    const {x, filter, shapes, strides, pad, dataFormat, dilations, dimRoundingMode} = call;
    return tf.tidy(() =>
      tf.conv2d(
        tf.tensor4d(x, shapes.x),
        tf.tensor4d(filter, shapes.filter),
        strides,
        pad as 'same',
        dataFormat,
        dilations,
        dimRoundingMode,
      ),
    );
  },
};

/** A dFilter on typed arrays, NHWC only, from the resolved geometry. */
const onArrays: VerifySubject = {
  async backpropFilter({x, dy, info, shapes}) {
    const dFilter = new Float32Array(shapes.dFilter.reduce((a, b) => a * b));
    const {batch, outHeight, outWidth, inHeight, inWidth, inChannels: C, outChannels: F} = info;
    for (let n = 0; n < batch; n++)
      for (let oh = 0; oh < outHeight; oh++)
        for (let ow = 0; ow < outWidth; ow++)
          for (let i = 0; i < info.filterHeight; i++)
            for (let j = 0; j < info.filterWidth; j++) {
              const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
              const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
              if (h < 0 || w < 0 || h >= inHeight || w >= inWidth) continue;
              for (let c = 0; c < C; c++)
                for (let f = 0; f < F; f++)
                  dFilter[((i * info.filterWidth + j) * C + c) * F + f] +=
                    x[((n * inHeight + h) * inWidth + w) * C + c] * dy[((n * outHeight + oh) * outWidth + ow) * F + f];
            }
    return dFilter;
  },
};

const kernels = () =>
  ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'].map((name) => tf.getKernel(name, 'cpu').kernelFunc);

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(uninstall);

test('subjects on tensors and on typed arrays pass, and tfjs stays unchanged', async () => {
  const before = kernels();
  const {numTensors} = tf.memory();
  const during: unknown[] = [];
  const report = await verify({subject: onTensors, problems, onResults: () => during.push(...kernels())});
  expect(report.results.filter(({status}) => status === 'failed')).toEqual([]);
  expect(isGood(report)).toBe(true);
  expect(report.options).toMatchObject({subject: 'onTensors', backends: ['cpu'], passes: ['forward']});
  expect(new Set(during)).toEqual(new Set(before));
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(seen.at(-1)).toMatchObject({
    ...{strides: [1, 1], pad: 1, dilations: [2, 2], dataFormat: 'NHWC'},
    shapes: {x: [1, 6, 7, 1], filter: [3, 3, 1, 2], y: [1, 4, 5, 2], dx: [1, 6, 7, 1]},
    info: {outHeight: 4, padTop: 1},
  });
  expect(isGood(await verify({subject: onArrays, problems}))).toBe(true);
});

test('the built-in judges a subject whether convgrad is installed or not', async () => {
  for (const prepare of [uninstall, () => void install({tf})]) {
    prepare();
    const {results} = await verify({subject: onTensors, problems: problems.slice(0, 1), oracles: ['builtin']});
    expect(results.map(({status}) => status)).toEqual(['passed', 'passed']);
  }
});

test('a subject may take NCHW, and problems in NHWC are then skipped', async () => {
  const nchw: VerifySubject = {
    dataFormats: ['NCHW'],
    forward({x, filter, shapes, info}) {
      const problem = parseProblem('ih5iw5ic2oc2kh2kw2');
      const nhwc = new Float32Array(x.length);
      const [, c, h, w] = shapes.x;
      for (let i = 0; i < x.length; i++) nhwc[(i % (h * w)) * c + Math.floor(i / (h * w))] = x[i];
      const [oh, ow] = outputSize(problem);
      const {values} = reference(problem, {x: nhwc, filter, dy: new Float32Array(oh * ow * 2)}).forward;
      return toNCHW(Float32Array.from(values), [1, oh, ow, info.outChannels]);
    },
  };
  const {results} = await verify({subject: nchw, problems: problems.slice(0, 2), oracles: ['reference']});
  expect(results.map(({status, reason}) => reason ?? status)).toEqual([
    ...['the subject takes only NCHW', 'the subject takes only NCHW', 'passed', 'passed'],
  ]);
});

const never = new Promise<Float32Array>(() => {});
test.each<[string, () => unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('no luck\nat all');
    },
    'mine.backpropInput threw: no luck',
  ],
  ['rejects', () => Promise.reject(new Error('no luck')), 'mine.backpropInput threw: no luck'],
  ['never settles', () => never, 'mine.backpropInput did not settle within 20 ms'],
  [
    'returns nothing',
    () => undefined,
    'mine.backpropInput returned undefined; it must return a Float32Array, a Float64Array or a tensor',
  ],
  [
    'returns a plain array',
    () => [1],
    'mine.backpropInput returned an object of class Array; it must return a Float32Array, a Float64Array or a tensor',
  ],
  ['returns too few values', () => new Float32Array(3), 'mine.backpropInput returned 3 values; dx [1,3,3,1] has 9'],
  [
    'returns the wrong shape',
    () => tf.zeros([3, 3]),
    'mine.backpropInput returned a tensor of shape [3,3]; dx is [1,3,3,1]',
  ],
  ['returns a NaN', () => new Float32Array(9).fill(Number.NaN), 'element 0 is NaN and must be'],
])('a subject that %s fails once, in one line, and the run continues', async (_, answer, line) => {
  const {numTensors} = tf.memory();
  let calls = 0;
  const subject = {name: 'mine', backpropInput: () => (calls++ === 0 ? answer() : new Float32Array(1))};
  const report = await verify({
    subject: subject as VerifySubject,
    problems: ['ih3iw3ic1oc1kh2kw2', 'ih1iw1ic1oc1kh1kw1'],
    fills: ['reals'],
    oracles: ['reference'],
    timeoutMs: 20,
  });
  expect(report.results).toHaveLength(2);
  expect(report.results[0]).toMatchObject({algorithm: 'mine', status: 'failed', reason: expect.stringContaining(line)});
  expect(report.results[0].reason).not.toContain('\n');
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('a subject that throws gives one failure, whatever the number of oracles', async () => {
  const subject: VerifySubject = {
    forward() {
      throw new Error('no luck');
    },
  };
  const {results} = await verify({subject, problems: problems.slice(0, 1), fills: ['reals']});
  expect(results).toMatchObject([
    {
      reason: 'subject.forward threw: no luck',
      replay:
        "verify({subject, backends: ['cpu'], problems: ['mb2ih5iw6ic2oc3kh3kw2sh2sw1dh1dw1-same-nhwc'], seed: 1, passes: ['forward'], fills: ['reals']})",
    },
  ]);
});

test('a subject that writes to its inputs fails purity only, since each call gets copies', async () => {
  const subject: VerifySubject = {
    forward: ({x, filter}) => {
      const y = x.map((value) => value * filter[0]);
      x.fill(0);
      return y;
    },
  };
  const {results} = await verify({
    subject,
    problems: ['ih2iw3ic1oc1kh1kw1'],
    oracles: ['reference', 'builtin', 'purity'],
  });
  expect(results.filter(({oracle}) => oracle !== 'purity').map(({status}) => status)).toEqual(Array(4).fill('passed'));
  expect(results.filter(({status}) => status === 'failed').map(({oracle, reason}) => `${oracle}: ${reason}`)).toEqual([
    expect.stringMatching(/^purity: element 0 of x was .* and is 0 after the run$/),
  ]);
});

test.each<[object, string]>([
  [{subject: {}}, 'the subject has no function; give it forward, backpropInput, backpropFilter or some of them.'],
  [{subject: {forward: 3}}, 'subject.forward must be a function; got 3.'],
  [{subject: onArrays, passes: ['forward']}, "unknown pass 'forward'; use backpropFilter."],
  [{subject: onArrays, algorithms: ['direct']}, 'a subject is verified alone; leave algorithms out.'],
  [{subject: onArrays, timeoutMs: 0}, 'timeoutMs must be above 0; got 0.'],
  [{subject: onArrays, oracles: ['oracular']}, "unknown oracle 'oracular'; use reference, builtin"],
  [{timeBudget: 'long'}, 'timeBudget must be a number of seconds above 0; got long.'],
  [{timeBudget: 0}, 'timeBudget must be a number of seconds above 0; got 0.'],
  [{cases: Number.POSITIVE_INFINITY}, 'cases must be a whole number ≥ 1; got Infinity.'],
  [{regressions: ['ih3']}, "problem: 'ih3' lacks"],
])('refuses %j', async (options, message) => {
  await expect(verify(options)).rejects.toThrow(message);
});

test('a subject that masks padding by multiplying fails nonFinite', async () => {
  /** The clamped pixel times 0 stands for padding. */
  const masked: VerifySubject = {
    forward({x, filter, shapes, info}) {
      const [batch, height, width, C] = shapes.x;
      const [, outHeight, outWidth, F] = shapes.y;
      const y = new Float32Array(batch * outHeight * outWidth * F);
      const clamp = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
      for (let p = 0; p < y.length; p++) {
        const f = p % F;
        const pixel = Math.floor(p / F);
        const n = Math.floor(pixel / (outHeight * outWidth));
        const oh = Math.floor(pixel / outWidth) % outHeight;
        const ow = pixel % outWidth;
        for (let tap = 0; tap < info.filterHeight * info.filterWidth; tap++) {
          const h = oh * info.strideHeight - info.padTop + Math.floor(tap / info.filterWidth) * info.dilationHeight;
          const w = ow * info.strideWidth - info.padLeft + (tap % info.filterWidth) * info.dilationWidth;
          const mask = h === clamp(h, height) && w === clamp(w, width) ? 1 : 0;
          const at = ((n * height + clamp(h, height)) * width + clamp(w, width)) * C;
          for (let c = 0; c < C; c++) y[p] += x[at + c]! * mask * filter[(tap * C + c) * F + f]!;
        }
      }
      return y;
    },
  };
  const problems = ['ih3iw4ic2oc3kh2kw2-p3', 'mb2ih3iw3ic1oc2kh2kw3dh2dw1-p2'];
  const {results} = await verify({subject: masked, problems, oracles: ['reference', 'nonFinite'], diagnose: false});
  const failed = results.filter(({status}) => status === 'failed');
  expect(new Set(failed.map(({oracle}) => oracle))).toEqual(new Set(['nonFinite']));
  const taps = await verify({subject: {...onArrays, footprint: 'taps'}, problems, oracles: ['nonFinite']});
  expect(isGood(taps)).toBe(true);
});

test('depthwise problems reach only subjects that declare them', async () => {
  const kinds: string[] = [];
  const forward: VerifySubject['forward'] = ({x, filter, shapes, info}) => {
    kinds.push(info.kind);
    const y = new Float32Array(shapes.y.reduce((product, size) => product * size));
    direct.forward?.(info, x, filter, y, undefined as never);
    return y;
  };
  const problems = ['ih4iw5ic2oc6kh3kw2-same-depthwise'];
  const shy = await verify({subject: {forward}, problems, oracles: ['reference']});
  expect(shy.results.map(({status, reason}) => `${status}: ${reason}`)).toEqual(
    Array(2).fill('skipped: the subject takes only dense convolutions'),
  );
  expect(kinds).toEqual([]);
  const keen = await verify({subject: {forward, kinds: ['depthwise']}, problems, oracles: ['reference', 'nonFinite']});
  expect(isGood(keen)).toBe(true);
  expect(new Set(kinds)).toEqual(new Set(['depthwise']));
});
