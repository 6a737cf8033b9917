import type {Rank, Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A small forward computation: a single layer, its gradient, or a small network. */
export interface SmallCall {
  name: string;
  /** Makes the weights and the input. @returns `call`, which computes one result that the caller disposes of */
  prepare(): {call(): Tensor; dispose(): void};
}

type Shape = [number, number, number, number];

function layer(name: string, xShape: Shape, filterShape: Shape, stride = 1, depthwise = false): SmallCall {
  return {
    name,
    prepare() {
      const [x, filter] = [xShape, filterShape].map((shape, i) => tf.randomUniform(shape, -1, 1, 'float32', i + 1));
      const compute = depthwise ? tf.depthwiseConv2d : tf.conv2d;
      return {
        call: () => compute(x as Tensor4D, filter as Tensor4D, stride, 'same'),
        dispose: () => tf.dispose([x, filter]),
      };
    },
  };
}

/** A layer with bias and activation in one kernel. */
function fused(name: string, xShape: Shape, filterShape: Shape, depthwise = false): SmallCall {
  return {
    name,
    prepare() {
      const channels = depthwise ? filterShape[2] * filterShape[3] : filterShape[3];
      const [x, filter, bias] = [xShape, filterShape, [channels]].map((shape, i) =>
        tf.randomUniform(shape, -1, 1, 'float32', i + 1),
      );
      const work = {x: x as Tensor4D, filter: filter as Tensor4D, bias, strides: 1, pad: 'same' as const};
      const compute = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
      return {call: () => compute({...work, activation: 'relu6'}), dispose: () => tf.dispose([x, filter, bias])};
    },
  };
}

/** A layer's forward pass and its gradient with respect to x, the gradient that tfjs alone has on every backend. */
function gradient(name: string, xShape: Shape, filterShape: Shape): SmallCall {
  return {
    name,
    prepare() {
      const [x, filter] = [xShape, filterShape].map((shape, i) => tf.randomUniform(shape, -1, 1, 'float32', i + 1));
      const dx = tf.grad((image) => tf.conv2d(image as Tensor4D, filter as Tensor4D, 1, 'same'));
      return {call: () => dx(x), dispose: () => tf.dispose([x, filter])};
    },
  };
}

/** One layer of a network: the side of its filter, its output channels, its stride. */
type LayerStep = readonly [side: number, channels: number, stride: number] | 'depthwise' | 'depthwise by 2';

function network(name: string, size: number, steps: readonly LayerStep[]): SmallCall {
  return {
    name,
    prepare() {
      let channels = 3;
      const layers = steps.map((step, i) => {
        const depthwise = typeof step === 'string';
        const [side, to, strides] = depthwise ? [3, 1, step === 'depthwise' ? 1 : 2] : step;
        const filter: Tensor4D = tf.randomUniform([side, side, channels, to] as Shape, -0.3, 0.3, 'float32', i + 1);
        if (!depthwise) channels = to;
        const bias = tf.zeros<Rank.R1>([channels]);
        return {depthwise, filter, bias, strides};
      });
      const x = tf.randomUniform([1, size, size, 3] as Shape, -1, 1, 'float32', 1);
      return {
        call: () =>
          tf.tidy(() => {
            let image: Tensor4D = x as Tensor4D;
            for (const {depthwise, filter, bias, strides} of layers) {
              const work = {x: image, filter, bias, strides, pad: 'same' as const, activation: 'relu' as const};
              image = depthwise ? tf.fused.depthwiseConv2d(work) : tf.fused.conv2d(work);
            }
            return image;
          }),
        dispose: () => tf.dispose([x, ...layers.flatMap(({filter, bias}) => [filter, bias])]),
      };
    },
  };
}

const separable = (channels: number, by = 1): LayerStep[] => [
  by === 1 ? 'depthwise' : 'depthwise by 2',
  [1, channels, 1],
];

/**
 * Layers whose computation takes about as long as the overhead of a call, and networks of such layers, in batches of one image.
 * The layers run forward, fused, or back to x.
 */
export const smallCalls: readonly SmallCall[] = [
  layer('1×1, 12² × 96 → 16', [1, 12, 12, 96], [1, 1, 96, 16]),
  layer('1×1, 1² × 8 → 8', [1, 1, 1, 8], [1, 1, 8, 8]),
  layer('1×1, 6² × 192 → 64', [1, 6, 6, 192], [1, 1, 192, 64]),
  layer('3×3, 8² × 16 → 16', [1, 8, 8, 16], [3, 3, 16, 16]),
  layer('3×3, 16² × 32 → 32', [1, 16, 16, 32], [3, 3, 32, 32]),
  layer('3×3 by 2, 96² × 3 → 32', [1, 96, 96, 3], [3, 3, 3, 32], 2),
  layer('5×5, 14² × 6 → 16', [1, 14, 14, 6], [5, 5, 6, 16]),
  layer('depthwise 3×3, 12² × 96', [1, 12, 12, 96], [3, 3, 96, 1], 1, true),
  layer('depthwise 3×3, 2² × 8', [1, 2, 2, 8], [3, 3, 8, 1], 1, true),
  layer('1×1, 1² × 1 → 1', [1, 1, 1, 1], [1, 1, 1, 1]),
  layer('1×1, 56² × 64 → 64', [1, 56, 56, 64], [1, 1, 64, 64]),
  fused('fused 1×1, 1² × 8 → 8', [1, 1, 1, 8], [1, 1, 8, 8]),
  fused('fused 1×1, 12² × 96 → 16', [1, 12, 12, 96], [1, 1, 96, 16]),
  fused('fused depthwise 3×3, 12² × 96', [1, 12, 12, 96], [3, 3, 96, 1], true),
  gradient('to x, 1×1, 1² × 8 → 8', [1, 1, 1, 8], [1, 1, 8, 8]),
  gradient('to x, 3×3, 4² × 8 → 8', [1, 4, 4, 8], [3, 3, 8, 8]),
  network('like MobileNet, 96²', 96, [
    [3, 16, 2],
    ...separable(32),
    ...separable(64, 2),
    ...separable(64),
    ...separable(128, 2),
    ...separable(128),
    ...separable(256, 2),
    ...separable(256),
  ]),
  network('like VGG, 64²', 64, [
    [3, 8, 1],
    [3, 8, 2],
    [3, 16, 1],
    [3, 16, 2],
    [3, 32, 1],
    [3, 32, 2],
  ]),
];
