import type {Tensor, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {type Problem, problemAttributes} from '../../geometry/problem.js';
import {conv2d} from '../../plugin/conv2d.js';
import type {CheckFunction, DoctorCheck} from './check.js';

type Convolve = (x: Tensor4D, filter: Tensor4D, problem: Problem) => Tensor;

/** Calls tf.conv2d with all attributes of the problem. */
const byTf: Convolve = (x, filter, problem) => {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = problemAttributes(problem);
  return tf.conv2d(x, filter, strides, pad as 'same', dataFormat, dilations, dimRoundingMode);
};
/** Calls convgrad's own function. */
const own: Convolve = (x, filter, problem) => conv2d({x, filter, ...problemAttributes(problem)});
const fused: Convolve = (x, filter, problem) => {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = problemAttributes(problem);
  const args = {x, filter, strides, pad: pad as 'same', dataFormat, dilations};
  return tf.fused.conv2d(dimRoundingMode ? {...args, dimRoundingMode} : args);
};
const depthwise: Convolve = (x, filter, problem) => {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = problemAttributes(problem);
  return tf.depthwiseConv2d(x, filter, strides, pad as 'same', dataFormat, dilations, dimRoundingMode);
};
const fusedDepthwise: Convolve = (x, filter, problem) => {
  const {strides, pad, dilations} = problemAttributes(problem);
  return tf.fused.depthwiseConv2d({x, filter, strides, pad: pad as 'same', dilations});
};
const conv1d: Convolve = (x, filter, {strideWidth, dilationWidth, pad}) =>
  tf.conv1d(
    tf.squeeze(x, [1]) as Tensor3D,
    tf.squeeze(filter, [0]) as Tensor3D,
    strideWidth,
    pad as 'same',
    'NWC',
    dilationWidth,
  );

const values =
  (convolve: Convolve): CheckFunction =>
  ({x, filter}, problem) => [tf.tidy(() => convolve(x, filter, problem))];
/** Computes dX and dFilter by tfjs's tape. */
const gradients =
  (convolve: Convolve): CheckFunction =>
  ({x, filter, dy}, problem) =>
    tf.grads((a: Tensor, w: Tensor) => tf.reshape(convolve(a as Tensor4D, w as Tensor4D, problem), dy.shape))(
      [x, filter],
      dy,
    );
const all =
  (convolve: Convolve): CheckFunction =>
  (tensors, problem) => [...values(convolve)(tensors, problem), ...gradients(convolve)(tensors, problem)];

const both = ['backpropInput', 'backpropFilter'] as const;
const every = ['forward', ...both] as const;

/** Checks about tfjs's ops; see upstream's issues 649, 5907, 7605, 7906, 8405 and 8474. */
export const opChecks: readonly DoctorCheck[] = [
  {what: 'tf.conv2d and both gradients', problem: 'mb2ih6iw5ic2oc3kh3kw3-same', compute: all(byTf), passes: every},
  {
    what: 'gradients of tf.conv2d under dilation',
    problem: 'mb2ih7iw6ic2oc3kh3kw2dh2dw3-same',
    compute: gradients(byTf),
    passes: both,
  },
  {
    what: 'gradients of tf.conv1d under dilation',
    problem: 'mb2ih1iw9ic2oc3kh1kw3dw2-same',
    compute: gradients(conv1d),
    passes: both,
  },
  {
    what: 'tf.conv2d and gradients, stride and dilation',
    problem: 'ih9iw8ic2oc3kh3kw2sh2sw2dh2dw3-same',
    compute: all(byTf),
    instead: {name: 'conv2d', compute: all(own)},
    passes: every,
  },
  {
    what: "tf.conv2d, dimRoundingMode 'ceil'",
    problem: 'ih6iw6ic2oc3kh3kw3sh2sw2-p0-ceil',
    compute: values(byTf),
    passes: ['forward'],
  },
  {
    what: "gradients of tf.conv2d, dimRoundingMode 'ceil'",
    problem: 'ih6iw6ic2oc3kh3kw3sh2sw2-p0-ceil',
    compute: gradients(byTf),
    passes: both,
  },
  {
    what: "gradients of tf.conv2d, dimRoundingMode 'round'",
    problem: 'ih6iw6ic2oc2kh3kw3sh2sw2-p0-round',
    compute: gradients(byTf),
    passes: both,
  },
  {
    what: "tf.conv2d, 'same', last window ends inside x",
    problem: 'ih1iw3ic1oc1kh1kw2sw3-same',
    compute: values(byTf),
    passes: ['forward'],
  },
  {
    what: 'tf.conv2d and gradients, NCHW',
    problem: 'mb2ih6iw5ic2oc3kh3kw2sh2sw1-same-nchw',
    compute: all(byTf),
    passes: every,
  },
  {
    what: 'tf.conv2d 1×1, odd channels, x computed by the backend',
    problem: 'ih3iw3ic3oc2kh1kw1',
    // Texels of webgl that are not full hold what their shader left there: 1 after adding 1, and 0 after an upload.
    compute: ({x, filter}, problem) => {
      const uploaded = (like: Tensor4D) => tf.tensor4d(new Float32Array(like.size).fill(1), like.shape);
      const [ones, oneFilter] = [uploaded(x), uploaded(filter)];
      const apart = [byTf(x, oneFilter, problem), byTf(ones, filter, problem), byTf(ones, oneFilter, problem)];
      return [apart.reduce((y, term) => tf.sub(y, term), byTf(tf.add(x, 1), tf.add(filter, 1), problem))];
    },
    passes: ['forward'],
  },
  {
    what: 'a second derivative through dFilter',
    problem: 'ih5iw6ic2oc2kh3kw2-same',
    // The derivative of ⟨dFilter(x), v⟩ by x is dX with v as the filter. Here v is the filter.
    compute: ({x, filter, dy}, problem) => {
      const dFilter = (a: Tensor) =>
        tf.grad((w: Tensor) => byTf(a as Tensor4D, w as Tensor4D, problem))(tf.zerosLike(filter), dy);
      return [tf.grad((a: Tensor) => tf.sum(tf.mul(dFilter(a), filter)))(x)];
    },
    passes: ['backpropInput'],
  },
  {
    what: 'gradients of tf.fused.conv2d under dilation',
    problem: 'mb2ih7iw6ic2oc3kh3kw2dh2dw3-same',
    compute: gradients(fused),
    passes: both,
  },
  {
    what: 'gradients of tf.fused.conv2d, x without batch',
    problem: 'ih6iw5ic2oc3kh3kw3-same',
    compute: gradients((x, filter, problem) => fused(tf.squeeze(x, [0]), filter, problem)),
    passes: both,
  },
  {
    what: 'tf.depthwiseConv2d and both gradients',
    problem: 'mb2ih6iw5ic2oc4kh3kw3-same-depthwise',
    compute: all(depthwise),
    passes: every,
  },
  {
    what: 'gradients of tf.depthwiseConv2d under dilation',
    problem: 'mb2ih7iw6ic3oc3kh3kw2dh2dw3-same-depthwise',
    compute: gradients(depthwise),
    passes: both,
  },
  {
    what: 'tf.depthwiseConv2d and gradients, NCHW',
    problem: 'mb2ih6iw5ic2oc4kh3kw2-same-nchw-depthwise',
    compute: all(depthwise),
    passes: every,
  },
  {
    what: 'gradients of tf.fused.depthwiseConv2d, dilation',
    problem: 'ih7iw6ic2oc4kh3kw2dh2dw2-same-depthwise',
    compute: gradients(fusedDepthwise),
    passes: both,
  },
  {
    what: 'tf.conv2d, numeric pad, strides differ',
    problem: 'ih7iw7ic2oc3kh3kw3sh1sw2-p1',
    compute: values(byTf),
    passes: ['forward'],
  },
  {
    what: 'tf.conv2d, numeric pad, filter not square',
    problem: 'ih5iw5ic1oc1kh3kw1-p1',
    compute: values(byTf),
    passes: ['forward'],
    corrupts: true, // on wasm
  },
];
