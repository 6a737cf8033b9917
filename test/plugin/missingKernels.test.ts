import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import type {WrongGradient} from '../../src/backends/backend.js';
import {gradientKernels, missingKernels, wrongGradients} from '../../src/plugin/missingKernels.js';
import {checkGradients} from '../../src/verify/index.js';

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const images = () => random([2, 6, 7, 3], 1) as tf.Tensor4D;
const square = () => random([2, 6, 6, 3], 1) as tf.Tensor4D;
const volumes = () => random([1, 4, 5, 4, 2], 2) as tf.Tensor5D;

/** A use of each op that exercises all of its gradient kernels. */
const uses: Record<string, () => {f: (...inputs: tf.Tensor[]) => tf.Tensor; inputs: tf.Tensor[]}> = {
  conv2d: () => ({
    f: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    inputs: [images(), random([3, 2, 3, 4], 3)],
  }),
  depthwiseConv2d: () => ({
    f: (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    inputs: [images(), random([3, 2, 3, 2], 3)],
  }),
  conv3d: () => ({
    f: (x, filter) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, 1, 'same'),
    inputs: [volumes(), random([2, 2, 2, 2, 3], 3)],
  }),
  dilation2d: () => ({
    f: (x, filter) => tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, 1, 'same'),
    inputs: [images(), random([2, 3, 3], 3)],
  }),
  maxPool: () => ({f: (x) => tf.maxPool(x as tf.Tensor4D, [3, 2], 2, 'same'), inputs: [images()]}),
  avgPool: () => ({f: (x) => tf.avgPool(x as tf.Tensor4D, [3, 2], 2, 'same'), inputs: [images()]}),
  maxPool3d: () => ({f: (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'same'), inputs: [volumes()]}),
  avgPool3d: () => ({f: (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 2, 'same'), inputs: [volumes()]}),
  localResponseNormalization: () => ({f: (x) => tf.localResponseNormalization(x as tf.Tensor4D), inputs: [images()]}),
  'image.resizeBilinear': () => ({f: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [9, 5]), inputs: [square()]}),
  'image.resizeNearestNeighbor': () => ({
    f: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [9, 5]),
    inputs: [images()],
  }),
  mirrorPad: () => ({
    f: (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 2],
          [2, 1],
          [0, 0],
        ],
        'reflect',
      ),
    inputs: [images()],
  }),
  depthToSpace: () => ({f: (x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC'), inputs: [random([2, 2, 3, 8], 1)]}),
  'layers.batchNormalization': () => {
    const layer = tf.layers.batchNormalization({axis: 1});
    return {f: (x) => layer.apply(x, {training: true}) as tf.Tensor, inputs: [images()]};
  },
  elu: () => ({f: (x) => tf.elu(x), inputs: [images()]}),
  gather: () => ({f: (x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32')), inputs: [images()]}),
};

const gradients = (op: string): number[][] =>
  tf.tidy(() => {
    const {f, inputs} = uses[op]();
    return tf
      .grads((...given) => tf.square(f(...given)))(inputs)
      .map((gradient) => [...gradient.dataSync()]);
  });

afterEach(uninstall);

describe('gradientKernels', () => {
  beforeAll(() => tf.setBackend('cpu'));

  /** Whether the name is that of a gradient kernel. */
  const isOfGradients = (name: string) =>
    /Grad$|Backprop|^UnsortedSegmentSum$/.test(name) && !name.startsWith('Convgrad');

  it('lists every kernel that only gradients use', () => {
    const registered = tf.getKernelsForBackend('cpu').map(({kernelName}) => kernelName);
    expect(Object.values(gradientKernels).flat().sort()).toEqual(registered.filter(isOfGradients).sort());
  });

  it.each(Object.keys(gradientKernels))('lists the kernels that the gradient of %s runs', async (op) => {
    const {kernelNames} = await tf.profile(() => {
      gradients(op);
      return [];
    });
    expect(kernelNames.filter(isOfGradients).sort()).toEqual([...gradientKernels[op]].sort());
  });
});

describe('on wasm', () => {
  const missing = () => missingKernels(tf, 'wasm').map(({op}) => op);

  it('missingKernels() lists untrainable ops, fewer with convgrad', () => {
    expect(missing()).toEqual(['conv2d', 'depthwiseConv2d', 'gather']);
    expect(missingKernels(tf, 'wasm')[0]).toEqual({op: 'conv2d', kernels: ['Conv2DBackpropFilter']});
    install();
    expect(missing()).toEqual(['gather']);
    expect(missingKernels(tf, 'cpu')).toEqual([]);
    expect(missingKernels(tf, 'none')).toEqual([]);
  });

  /** Ops that differ between the two backends, since one of them is wrong. */
  const known = ({op, repaired}: WrongGradient) =>
    !repaired && !['avgPool', 'avgPool3d', 'image.resizeBilinear'].includes(op);
  const differing = [...wrongGradients('cpu'), ...wrongGradients('wasm')].filter(known).map(({op}) => op);

  it.each(Object.keys(gradientKernels))(
    'the gradient of %s equals that of cpu, except for known faults',
    async (op) => {
      install();
      await tf.setBackend('cpu');
      const wanted = gradients(op);
      await tf.setBackend('wasm');
      const [lack] = missingKernels(tf, 'wasm').filter((one) => one.op === op);
      if (lack) {
        expect(() => gradients(op)).toThrow(new RegExp(`Kernel '(${lack.kernels.join('|')})' not registered`));
        return;
      }
      const agrees = gradients(op).every((values, input) => {
        const size = Math.max(...wanted[input].map(Math.abs));
        return values.every((value, i) => Math.abs(value - wanted[input][i]) <= 1e-5 * size);
      });
      expect(agrees).toBe(!differing.includes(op));
    },
  );
});

describe('wrongGradients', () => {
  it.each(wrongGradients('cpu').map(({op}) => op))('lists %s, which is wrong on cpu', async (op) => {
    await tf.setBackend('cpu');
    const {f, inputs} = uses[op]();
    if (op === 'image.resizeBilinear') {
      const oblong = () => tf.grad((x) => tf.image.resizeBilinear(x as tf.Tensor4D, [9, 5]))(images());
      expect(oblong).toThrow(/does not match the shape of the input/);
    } else {
      const passes = await checkGradients(f, inputs).then(
        ({passed}) => passed,
        () => false,
      );
      expect(passes).toBe(false);
    }
  });

  const repaired = [...new Set([...wrongGradients('cpu'), ...wrongGradients('wasm')].filter((one) => one.repaired))];

  it.each(repaired.flatMap(({op}) => (op in uses ? ['cpu', 'wasm'].map((backend) => [op, backend]) : [])))(
    'marks %s as repaired, and it is right on %s with convgrad',
    async (op, backend) => {
      await tf.setBackend(backend);
      install();
      const {f, inputs} = uses[op]();
      expect((await checkGradients(f, inputs)).passed).toBe(true);
    },
  );
});
