import {axesShape} from '../../src/geometry/epilogue.js';
import {formatProblem, parseProblem} from '../../src/geometry/problem.js';

const sizes = 'mb1ih5iw6ic3oc6kh3kw2sh1sw1dh1dw1-same';

test.each([
  ['linear', {activation: 'linear'}],
  ['bias', {activation: 'linear', bias: 'c'}],
  ['bias-relu6', {activation: 'relu6', bias: 'c'}],
  ['bias0-elu', {activation: 'elu', bias: ''}],
  ['bias1-sigmoid', {activation: 'sigmoid', bias: '1'}],
  ['biasn11c-prelu', {activation: 'prelu', bias: 'n11c', slopes: 'c'}],
  ['preluh1c', {activation: 'prelu', slopes: 'h1c'}],
  ['leakyrelu', {activation: 'leakyrelu'}],
  ['leakyrelu0.3', {activation: 'leakyrelu', leakyreluAlpha: 0.3}],
  ['leakyrelu-0.5', {activation: 'leakyrelu', leakyreluAlpha: -0.5}],
])('%s parses to an epilogue and formats to the same text', (words, epilogue) => {
  for (const start of [`${sizes}-nhwc`, `${sizes}-nhwc-depthwise`]) {
    const problem = parseProblem(`${start}-${words}`);
    expect(problem.epilogue).toEqual(epilogue);
    expect(formatProblem(problem)).toBe(`${start}-${words}`);
  }
});

test.each([
  ['nhwc-relu-relu6', /gives the activation twice/],
  ['nhwc-bias-bias1', /gives the bias twice/],
  ['nhwc-biasch', /has the axes 'ch', which must be the last of nhwc in this order, or 1/],
  ['nchw-biashwc', /has 'hwc', but NCHW takes only a scalar or a vector/],
  ['nhwc-tanh', /has the unknown part 'tanh'/],
  ['nhwc-leakyrelu--0.3', /has the unknown part '-0.3'/],
])('%s is refused', (words, message) => {
  expect(() => parseProblem(`${sizes}-${words}`)).toThrow(message);
});

test('the letters of a bias or slopes name axes of the output', () => {
  expect(['c', '', '1', '1w1', 'nhwc'].map((axes) => axesShape(axes, [2, 3, 4, 5]))).toEqual([
    [5],
    [],
    [1],
    [1, 4, 1],
    [2, 3, 4, 5],
  ]);
});
