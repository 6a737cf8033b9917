import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {conv2d, depthwiseConv2d, install, uninstall} from 'tfjs-convgrad';
import {type Pass, passes} from '../../../src/geometry/pass.js';
import {parseProblem, problemAttributes, problemInfo, problemShapes} from '../../../src/geometry/problem.js';
import {supportsPass} from '../../../src/plugin/select.js';

const problems = [
  'ih2iw6ic3oc2kh1kw1sh100000sw100000',
  'ih3iw4ic2oc3kh2kw3sh1000000000sw1000000000-same',
  'ih5iw6ic3oc4kh3kw3dh1000000dw1000000-same',
  'ih5iw5ic2oc3kh4kw5dh1000000000dw2000000000-same',
  'ih5iw5ic2oc4kh3kw3sh1000000sw1000000dh1000000dw1000000-p1000000',
];
const all = problems.flatMap((problem) => [problem, `${problem.replace(/ic\doc\d/, 'ic3oc6')}-depthwise`]);
const integers = (shape: [number, number, number, number], seed: number): tf.Tensor4D =>
  tf.tensor(
    Float32Array.from({length: tf.util.sizeFromShape(shape)}, (_, i) => ((7 * i + seed) % 9) - 4),
    shape,
  ) as tf.Tensor4D;

/** y, dX and dFilter through the tape. */
function results(problem: string): number[][] {
  const parsed = parseProblem(problem);
  const {xShape, filterShape, kind} = problemShapes(parsed);
  const {strides, pad, dataFormat, dilations} = problemAttributes(parsed);
  const compute = kind === 'dense' ? conv2d : depthwiseConv2d;
  return tf.tidy(() => {
    const inputs = [integers(xShape, 1), integers(filterShape, 2)];
    const f = (x: tf.Tensor, filter: tf.Tensor) =>
      compute(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, dataFormat, dilations) as tf.Tensor;
    const {value, grads} = tf.valueAndGrads(f as (...args: tf.Tensor[]) => tf.Tensor)(inputs);
    return [value, ...grads].map((tensor) => [...tensor.dataSync()]);
  });
}

afterEach(uninstall);

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  it.each(all)('the chosen algorithm agrees with the definition on %s', (problem) => {
    install({algorithm: 'direct'});
    const want = results(problem);
    install({algorithm: 'auto'});
    expect(results(problem)).toEqual(want);
  });

  it('names sizes above the exact integers and refuses them', () => {
    const [x, filter] = [integers([1, 5, 5, 1], 1), integers([3, 3, 1, 1], 2)];
    expect(() => conv2d(x, filter, 1, 'same', 'NHWC', 2 ** 53 - 1)).toThrow(
      /conv2d: the filter covers \(3 − 1\)·9007199254740991 \+ 1 along the height, .* use a smaller dilation/,
    );
    expect(() => conv2d(x, filter, 2 ** 53 - 1, 2 ** 53 - 1)).toThrow(
      /conv2d: pad adds 9007199254740991 \+ 9007199254740991 to the height, .* use smaller pads/,
    );
  });
});

it.each(['webgl', 'webgpu'])('direct on %s supports every pass with steps that lead past the image', (backend) => {
  const info = problemInfo(parseProblem('ih5iw5ic2oc3kh4kw5sh3000000000sw1dh1000000000dw2000000000-same'));
  expect(passes.map((pass) => supportsPass(backend, 'direct', info, pass))).toEqual([true, true, true]);
});

it.each(['webgl', 'webgpu'])(
  'direct on %s refuses steps beyond the integer range of shaders and names the limit',
  (backend) => {
    const info = problemInfo(
      parseProblem(
        'ih5iw7ic2oc3kh3kw3sh1000000000sw500000000dh500000000dw500000000-pt1000000000pb1000000003pl500000000pr500000001',
      ),
    );
    const answer = (algorithm: string, pass: Pass) => supportsPass(backend, algorithm, info, pass);
    for (const pass of passes) {
      expect(answer('direct', pass)).toBe(
        'stride, dilation and padding reach 12500000005 rows or columns, but it counts only up to 2147483647',
      );
    }
  },
);
