import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {outcomeOf} from '../../../src/verify/doctor/check.js';
import {compareWithTfjs, convolutionChecks, doctorChecks} from '../../../src/verify/doctor/compareWithTfjs.js';
import {outcomeOfGradient} from '../../../src/verify/doctor/gradientChecks.js';

beforeAll(() => tf.setBackend('cpu'));

const kernels = () => ['Conv2D', 'FusedConv2D'].map((name) => tf.getKernel(name, 'cpu').kernelFunc);

test('convgrad is right in every row on cpu, and tfjs alone where expected', async () => {
  const before = kernels();
  const outcomes = await compareWithTfjs();
  expect(kernels()).toEqual(before);
  expect(outcomes).toHaveLength(doctorChecks.length);
  expect(outcomes.filter(({convgrad}) => convgrad !== 'right')).toEqual([]);
  const alone = outcomes.map(({what, alone}) => `${what}: ${alone.split(':')[0]!.replace(/\d+/, 'N')}`);
  expect(alone.sort()).toMatchInlineSnapshot(`
[
  "a second derivative through dFilter: throws",
  "gradients of tf.conv1d under dilation: throws",
  "gradients of tf.conv2d under dilation: throws",
  "gradients of tf.conv2d, dimRoundingMode 'ceil': wrong by N",
  "gradients of tf.conv2d, dimRoundingMode 'round': wrong by N",
  "gradients of tf.depthwiseConv2d under dilation: throws",
  "gradients of tf.fused.conv2d under dilation: throws",
  "gradients of tf.fused.conv2d, x without batch: throws",
  "gradients of tf.fused.depthwiseConv2d, dilation: throws",
  "tf.conv2d 1×1, odd channels, x computed by the backend: right",
  "tf.conv2d and both gradients: right",
  "tf.conv2d and gradients, NCHW: right",
  "tf.conv2d and gradients, stride and dilation: throws",
  "tf.conv2d, 'same', last window ends inside x: right",
  "tf.conv2d, dimRoundingMode 'ceil': right",
  "tf.conv2d, numeric pad, filter not square: wrong size",
  "tf.conv2d, numeric pad, strides differ: wrong size",
  "tf.depthwiseConv2d and both gradients: right",
  "tf.depthwiseConv2d and gradients, NCHW: throws",
  "the gradient of tf.depthToSpace: throws",
  "the gradient of tf.image.resizeBilinear, oblong images: throws",
  "the gradient of tf.image.resizeNearestNeighbor, two images: wrong by N",
  "the gradient of tf.mirrorPad, 'reflect': wrong by N",
  "the gradient of tf.mirrorPad, 'symmetric': wrong by N",
  "training a conv1d layer, channelsFirst: wrong by N",
  "training a conv1d layer, stride and dilation: throws",
  "training a conv2d layer, channelsFirst: right",
  "training a conv2d layer, stride and dilation: throws",
  "training a conv2dTranspose layer, channelsFirst: right",
  "training a conv2dTranspose layer, dilation: wrong by N",
  "training a depthwiseConv2d layer, dilation: wrong by N",
  "training a linear conv2d layer under dilation: throws",
  "training a separableConv2d layer, channelsFirst: right",
]
`);
});

test('every check is right with convgrad and leaves no tensor and no memory of the backend', async () => {
  install({tf});
  const held = () => [tf.memory().numTensors, tf.backend().numDataIds()];
  for (const row of doctorChecks) {
    const before = held();
    const outcome = 'op' in row ? outcomeOfGradient(row) : outcomeOf(row, row.instead?.compute ?? row.compute);
    expect([row.what, await outcome, held()]).toEqual([row.what, 'right', before]);
  }
  uninstall();
});

test('an outcome names the error, the size or the exception', async () => {
  const [row] = convolutionChecks;
  const way = row!.compute;
  const spoiled = (spoil: (y: tf.Tensor) => tf.Tensor) =>
    outcomeOf(row!, (tensors, problem) => {
      const [y, ...gradients] = way(tensors, problem);
      return [spoil(y!), ...gradients];
    });
  expect(await outcomeOf(row!, way)).toBe('right');
  expect(await spoiled((y) => y.add(3))).toBe('wrong by 3');
  expect(await spoiled((y) => y.mul(Number.NaN))).toBe('wrong by NaN');
  expect(await spoiled((y) => y.slice(0, 1))).toBe('wrong size');
  expect(await outcomeOf(row!, () => [])).toBe('wrong size');
  const fail = () => {
    throw new Error('no\nmore');
  };
  expect(await outcomeOf(row!, fail)).toBe('throws: no');
});
