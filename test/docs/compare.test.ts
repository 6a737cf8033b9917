import * as tf from '@tensorflow/tfjs';
import {conv2d, depthwiseConv2d, install, uninstall} from 'tfjs-convgrad';
import {type Problem, problemAttributes} from '../../src/geometry/problem.js';
import {type CheckFunction, type DoctorCheck, outcomeOf} from '../../src/verify/doctor/check.js';

/** The table "What to call" of docs/compare.md, beside the checks of `convgrad doctor`. */

type Convolve = (x: tf.Tensor4D, filter: tf.Tensor4D, problem: Problem) => tf.Tensor;

const every = ['forward', 'backpropInput', 'backpropFilter'] as const;
const all =
  (convolve: Convolve): CheckFunction =>
  ({x, filter, dy}, problem) => {
    const f = (a: tf.Tensor, w: tf.Tensor) =>
      tf.reshape(convolve(a as tf.Tensor4D, w as tf.Tensor4D, problem), dy.shape);
    return [f(x, filter), ...tf.grads(f)([x, filter], dy)];
  };
const argumentsOf = (problem: Problem) => {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = problemAttributes(problem);
  return [strides, pad as 'same', dataFormat, dilations, dimRoundingMode] as const;
};
const whole: Convolve = (x, filter, problem) => tf.conv2d(x, filter, ...argumentsOf(problem));
const line: Convolve = (x, filter, {strideWidth, pad, dilationWidth, dimRoundingMode}) =>
  tf.conv1d(
    tf.squeeze(x, x.shape[0] === 1 ? [0, 1] : [1]) as tf.Tensor3D,
    tf.squeeze(filter, [0]) as tf.Tensor3D,
    strideWidth,
    pad as 'same',
    'NWC',
    dilationWidth,
    dimRoundingMode,
  );
const deep: Convolve = (x, filter, problem) => tf.depthwiseConv2d(x, filter, ...argumentsOf(problem));
const settings = (problem: Problem) => {
  const {dimRoundingMode, ...others} = problemAttributes(problem);
  return {...others, ...(dimRoundingMode ? {dimRoundingMode} : {})} as {strides: [number, number]; pad: 'same'};
};
const fused: Convolve = (x, filter, problem) => tf.fused.conv2d({x, filter, ...settings(problem)});
const fusedDeep: Convolve = (x, filter, problem) => tf.fused.depthwiseConv2d({x, filter, ...settings(problem)});
/** A separable convolution whose pointwise part is the identity is a depthwise one. */
const separable: Convolve = (x, filter, problem) => {
  const [strides, pad, , dilations] = argumentsOf(problem);
  const identity = tf.eye(problem.outChannels).reshape([1, 1, problem.outChannels, problem.outChannels]);
  return tf.separableConv2d(x, filter, identity as tf.Tensor4D, strides, pad, dilations);
};
const unbatched =
  (convolve: Convolve): Convolve =>
  (x, filter, problem) =>
    convolve(tf.squeeze(x, [0]), filter, problem);
/** A transposed convolution runs the gradient by the input of the convolution that it transposes, and the other way round. */
const transposed: CheckFunction = ({x, filter, dy}, problem) => {
  const [strides, pad, , , mode] = argumentsOf(problem);
  const f = (a: tf.Tensor, w: tf.Tensor) =>
    tf.conv2dTranspose(a as tf.Tensor4D, w as tf.Tensor4D, x.shape, strides, pad, mode);
  return [f(dy, filter), ...tf.grads(f)([dy, filter], x)];
};

const dense = 'ih7iw6ic2oc3kh3kw2';
const depthwise = 'ih7iw6ic2oc4kh3kw2';
const rows: [string, string, CheckFunction][] = [
  ['tf.conv2d, x without batch', `${dense}-same`, all(unbatched(whole))],
  ['tf.conv1d, ceil', 'mb2ih1iw8ic2oc3kh1kw3sw2-p0-ceil', all(line)],
  ['tf.conv1d, x without batch', 'ih1iw8ic2oc3kh1kw3sw2-same', all(line)],
  ['tf.fused.conv2d, ceil', 'ih6iw6ic2oc3kh3kw3sh2sw2-p0-ceil', all(fused)],
  ['tf.fused.conv2d, numeric pad', `mb2${dense}sh1sw2-p1`, all(fused)],
  ['tf.fused.conv2d, NCHW', `mb2${dense}-same-nchw`, all(fused)],
  ['tf.depthwiseConv2d, ceil', 'ih6iw6ic2oc4kh3kw3sh2sw2-p0-ceil-nhwc-depthwise', all(deep)],
  ['tf.depthwiseConv2d, numeric pad', `mb2${depthwise}sh2sw1-p1-nhwc-depthwise`, all(deep)],
  ['tf.depthwiseConv2d, x without batch', `${depthwise}-same-nhwc-depthwise`, all(unbatched(deep))],
  ['tf.fused.depthwiseConv2d, ceil', 'ih6iw6ic2oc4kh3kw3sh2sw2-p0-ceil-nhwc-depthwise', all(fusedDeep)],
  ['tf.fused.depthwiseConv2d, numeric pad', `mb2${depthwise}-p1-nhwc-depthwise`, all(fusedDeep)],
  ['tf.fused.depthwiseConv2d, x without batch', `${depthwise}-same-nhwc-depthwise`, all(unbatched(fusedDeep))],
  ['tf.separableConv2d, dilation', `mb2${depthwise}dh2dw1-same-nhwc-depthwise`, all(separable)],
  ['tf.separableConv2d, numeric pad', `mb2${depthwise}-p1-nhwc-depthwise`, all(separable)],
  ['tf.separableConv2d, x without batch', `${depthwise}-same-nhwc-depthwise`, all(unbatched(separable))],
  [
    'conv2d of this package, stride and dilation with height 1',
    'mb2ih1iw9ic2oc3kh1kw3sw2dw2-same',
    all((x, filter, problem) => conv2d({x, filter, ...problemAttributes(problem)})),
  ],
  [
    'depthwiseConv2d of this package, stride and dilation, NCHW',
    `mb2${depthwise}sh2sw2dh2dw1-same-nchw-depthwise`,
    all((x, filter, problem) => depthwiseConv2d({x, filter, ...problemAttributes(problem)})),
  ],
];

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => void install());
afterEach(uninstall);

test.each(rows)('%s is right', async (what, problem, way) => {
  const row: DoctorCheck = {what, problem, compute: way, passes: every};
  expect(await outcomeOf(row, way)).toBe('right');
});

test('tf.conv1d with a numeric pad throws, with and without convgrad, since the op pads the height', async () => {
  const way = all((x, filter, problem) => line(x, filter, {...problem, pad: 1}));
  const row: DoctorCheck = {what: '', problem: 'mb2ih1iw8ic2oc3kh1kw3-pt0pb0pl1pr1', compute: way, passes: every};
  expect(await outcomeOf(row, way)).toMatch(/^throws: Size/);
  uninstall();
  expect(await outcomeOf(row, way)).toMatch(/^throws: Size/);
});

test('tf.conv2dTranspose, x without batch, is right', async () => {
  const way: CheckFunction = ({x, filter, dy}, problem) => {
    const [strides, pad] = argumentsOf(problem);
    const [, ...shape] = x.shape;
    const f = (a: tf.Tensor, w: tf.Tensor) =>
      tf.conv2dTranspose(tf.squeeze(a, [0]) as tf.Tensor3D, w as tf.Tensor4D, shape, strides, pad).expandDims(0);
    return [f(dy, filter), ...tf.grads(f)([dy, filter], x)];
  };
  const row: DoctorCheck = {
    what: '',
    problem: `${dense}-same`,
    compute: way,
    passes: ['backpropInput', 'forward', 'backpropFilter'],
  };
  expect(await outcomeOf(row, way)).toBe('right');
});

test.each([
  ['ceil', 'ih6iw6ic2oc3kh3kw3sh2sw2-p0-ceil'],
  ['numeric pad', `mb2${dense}sh1sw2-p1`],
])('tf.conv2dTranspose, %s, is right', async (what, problem) => {
  const row: DoctorCheck = {what, problem, compute: transposed, passes: ['backpropInput', 'forward', 'backpropFilter']};
  expect(await outcomeOf(row, transposed)).toBe('right');
});
