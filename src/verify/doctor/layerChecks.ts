import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {layers} from '@tensorflow/tfjs-layers';
import type {Problem} from '../../geometry/problem.js';
import type {CheckFunction, DoctorCheck} from './check.js';

type Layers = typeof layers;
type LayerName = 'conv1d' | 'conv2d' | 'conv2dTranspose' | 'depthwiseConv2d' | 'separableConv2d';

/** A layer of tf.layers with the problem's geometry, without bias. */
function layerOf(name: LayerName, problem: Problem): ReturnType<Layers['conv2d']> {
  const p = problem;
  const one = name === 'conv1d';
  const transposed = name === 'conv2dTranspose';
  return (layers[name] as Layers['conv2d'])({
    name: 'convgrad',
    filters: transposed ? p.inChannels : p.outChannels,
    kernelSize: one ? p.filterWidth : [p.filterHeight, p.filterWidth],
    strides: one ? p.strideWidth : [p.strideHeight, p.strideWidth],
    dilationRate: one ? p.dilationWidth : [p.dilationHeight, p.dilationWidth],
    padding: p.pad as 'same',
    dataFormat: p.dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast',
    depthMultiplier: p.outChannels / p.inChannels,
    useBias: false,
  } as Parameters<Layers['conv2d']>[0]);
}

/** Computes the layer's output, and its gradients by input and kernel. */
const trained =
  (name: LayerName): CheckFunction =>
  ({x, filter, dy}, problem) => {
    const one = name === 'conv1d';
    const heightAxis = problem.dataFormat === 'NCHW' ? 2 : 1;
    const flat = (tensor: Tensor) => (one ? tf.squeeze(tensor, [heightAxis]) : tensor);
    const [input, upstream] = name === 'conv2dTranspose' ? [dy, x] : [x, dy];
    const layer = layerOf(name, problem);
    try {
      layer.build(flat(input).shape);
      // With the identity as its pointwise part, a separable convolution is a depthwise one.
      const pointwise =
        name === 'separableConv2d'
          ? [tf.reshape(tf.eye(problem.outChannels), [1, 1, problem.outChannels, problem.outChannels])]
          : [];
      layer.setWeights([one ? tf.squeeze(filter, [0]) : filter, ...pointwise]);
      const [kernel] = layer.trainableWeights;
      const apply = (v: Tensor) => tf.reshape(layer.apply(flat(v)) as Tensor, upstream.shape);
      const y = tf.tidy(() => apply(input));
      const loss = () => tf.sum(tf.mul(apply(input), upstream)) as never;
      const {grads} = tf.variableGrads(loss, [kernel.read() as never]);
      const [dKernel] = Object.values(grads);
      return [y, tf.grad(apply)(input, upstream) as Tensor4D, dKernel];
    } finally {
      for (const weight of layer.weights) weight.dispose();
    }
  };

const every = ['forward', 'backpropInput', 'backpropFilter'] as const;
/** The output of a transposed convolution is the input gradient of the convolution that it transposes. */
const transposed = ['backpropInput', 'forward', 'backpropFilter'] as const;

/** Checks about tf.layers. Each runs forward, and takes the gradients by input and kernel. */
export const layerChecks: readonly DoctorCheck[] = [
  {
    what: 'training a linear conv2d layer under dilation',
    problem: 'mb2ih7iw6ic2oc3kh3kw2dh2dw3-same',
    compute: trained('conv2d'),
    passes: every,
  },
  {
    what: 'training a conv2d layer, stride and dilation',
    problem: 'ih9iw8ic2oc3kh3kw2sh2sw2dh2dw2-same',
    compute: trained('conv2d'),
    passes: every,
  },
  {
    what: 'training a conv2d layer, channelsFirst',
    problem: 'mb2ih6iw5ic2oc3kh3kw2-same-nchw',
    compute: trained('conv2d'),
    passes: every,
  },
  {
    what: 'training a conv1d layer, stride and dilation',
    problem: 'mb2ih1iw9ic2oc3kh1kw3sw2dw2-same',
    compute: trained('conv1d'),
    passes: every,
  },
  {
    what: 'training a conv1d layer, channelsFirst',
    problem: 'mb2ih1iw9ic2oc3kh1kw3-same-nchw',
    compute: trained('conv1d'),
    passes: every,
  },
  {
    what: 'training a depthwiseConv2d layer, dilation',
    problem: 'mb2ih7iw6ic2oc4kh3kw3dh2dw2-same-depthwise',
    compute: trained('depthwiseConv2d'),
    passes: every,
  },
  {
    what: 'training a separableConv2d layer, channelsFirst',
    problem: 'mb2ih6iw5ic2oc4kh3kw3-same-nchw-depthwise',
    compute: trained('separableConv2d'),
    passes: every,
  },
  {
    what: 'training a conv2dTranspose layer, dilation',
    problem: 'mb2ih6iw5ic2oc3kh3kw2dh2dw2-same',
    compute: trained('conv2dTranspose'),
    passes: transposed,
  },
  {
    what: 'training a conv2dTranspose layer, channelsFirst',
    problem: 'mb2ih6iw4ic2oc3kh3kw3sh2sw2-same-nchw',
    compute: trained('conv2dTranspose'),
    passes: transposed,
  },
];
