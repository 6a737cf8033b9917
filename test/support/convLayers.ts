import * as tf from '@tensorflow/tfjs';

type Sequence = tf.Tensor3D;
type Image = tf.Tensor4D;

/** The weights of a layer as variables, so that gradients can be taken with respect to them. */
export function variablesOf(layer: tf.layers.Layer): tf.Variable[] {
  return layer.trainableWeights.map((weight) => (weight as unknown as {val: tf.Variable}).val);
}

/** Builds a layer for inputs of that shape and gives it weights. */
export function built<L extends tf.layers.Layer>(layer: L, inputShape: number[]): L {
  layer.build([null, ...inputShape]);
  fillWeights(layer, 0.125);
  return layer;
}

/** Whole numbers in [−4, 4], on which every convolution is exact. */
export function integers(shape: number[], seed: number): tf.Tensor {
  return tf.tidy(() => tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed)));
}

/** Gives each weight of a built layer whole numbers times `scale`. */
function fillWeights(layer: tf.layers.Layer, scale: number): void {
  tf.tidy(() => {
    layer.setWeights(layer.getWeights().map(({shape}, i) => tf.mul(integers(shape, 11 + i), scale)));
  });
}

/** y, and the gradients of Σ y·dy with respect to x and to each variable. */
export function valueAndGradients(
  f: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  variables: tf.Variable[],
  dy?: tf.Tensor,
): tf.Tensor[] {
  return tf.tidy(() => {
    const input = tf.variable(x);
    const y = f(input);
    const upstream = dy ?? integers(y.shape, 3);
    const {grads} = tf.variableGrads(() => tf.sum(tf.mul(f(input), upstream)) as tf.Scalar, [input, ...variables]);
    input.dispose();
    return [y, grads[input.name], ...variables.map(({name}) => grads[name])];
  });
}

/** A filter [kh, kw, C, F] with zeros between its taps: which replaces a dilation. */
export function dilateFilter(filter: Image, [dh, dw]: number[]): Image {
  const [kh, kw, C, F] = filter.shape;
  const apart = tf.pad(tf.reshape(filter, [kh, 1, kw, 1, C, F]), [
    [0, 0],
    [0, dh - 1],
    [0, 0],
    [0, dw - 1],
    [0, 0],
    [0, 0],
  ]);
  return tf.slice(tf.reshape(apart, [kh * dh, kw * dw, C, F]) as Image, 0, [
    (kh - 1) * dh + 1,
    (kw - 1) * dw + 1,
    C,
    F,
  ]);
}

interface LayerSettings {
  strides: [number, number];
  padding: 'same' | 'valid' | 'causal';
  dilationRate: number[];
  dataFormat: string;
  activation: {apply(x: tf.Tensor): tf.Tensor};
}

const settingsOf = (layer: tf.layers.Layer) => layer as unknown as LayerSettings;

/** The right result of a Conv2D or Conv1D layer, by ops that tfjs alone differentiates. */
export function convReference(layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor {
  const {strides, padding, dilationRate, dataFormat, activation} = settingsOf(layer);
  const [kernel, bias] = variablesOf(layer) as unknown as tf.Tensor[];
  const channelsFirst = dataFormat === 'channelsFirst';
  const conv1d = x.rank === 3;
  const last = channelsFirst ? tf.transpose(x, conv1d ? [0, 2, 1] : [0, 2, 3, 1]) : x;
  const before = conv1d && padding === 'causal' ? (kernel.shape[0] - 1) * dilationRate[0] : 0;
  const image = conv1d
    ? tf.expandDims(
        tf.pad(last as Sequence, [
          [0, 0],
          [before, 0],
          [0, 0],
        ]),
        1,
      )
    : last;
  const filter = dilateFilter(
    (conv1d ? tf.expandDims(kernel, 0) : kernel) as Image,
    conv1d ? [1, ...dilationRate] : dilationRate,
  );
  const steps: [number, number] = conv1d ? [1, strides[0]] : strides;
  const y = tf.add(tf.conv2d(image as Image, filter, steps, padding === 'same' ? 'same' : 'valid'), bias);
  const flat = conv1d ? tf.squeeze(y, [1]) : y;
  return activation.apply(channelsFirst ? tf.transpose(flat, conv1d ? [0, 2, 1] : [0, 3, 1, 2]) : flat);
}

/** The same for Conv2DTranspose, with channels last; outSize is [height, width]. */
export function transposedReference(layer: tf.layers.Layer, x: tf.Tensor, outSize: [number, number]): tf.Tensor {
  const {strides, padding, dilationRate, activation} = settingsOf(layer);
  const [kernel, bias] = variablesOf(layer) as unknown as [Image, tf.Tensor];
  const outShape: Image['shape'] = [x.shape[0], ...outSize, kernel.shape[2]];
  const filter = dilateFilter(kernel, dilationRate);
  return activation.apply(
    tf.add(tf.conv2dTranspose(x as Image, filter, outShape, strides, padding as 'same' | 'valid'), bias),
  );
}

/** The same for DepthwiseConv2D and SeparableConv2D, with channels last. */
export function depthwiseReference(layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor {
  const {strides, padding, dilationRate, activation} = settingsOf(layer);
  const [kernel, ...others] = variablesOf(layer) as unknown as [Image, ...tf.Tensor[]];
  const filter = dilateFilter(kernel, dilationRate);
  const y = tf.depthwiseConv2d(x as Image, filter, strides, padding as 'same' | 'valid');
  const [bias, pointwise] = others.reverse();
  return activation.apply(tf.add(pointwise ? tf.conv2d(y as Image, pointwise as Image, 1, 'valid') : y, bias));
}

/** f, which takes images with channels last, for images with channels first. */
export function channelsFirst(f: (x: tf.Tensor) => tf.Tensor): (x: tf.Tensor) => tf.Tensor {
  return (x) => tf.transpose(f(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
}

/** Equal up to the rounding of a few float32 operations, elements held against the largest. */
export function expectSame(got: tf.Tensor[], want: tf.Tensor[]): void {
  expect(got.map(({shape}) => shape)).toEqual(want.map(({shape}) => shape));
  got.forEach((tensor, i) => {
    const values = want[i].dataSync();
    const scale = Math.max(1, ...values.map(Math.abs));
    const worst = Math.max(...tensor.dataSync().map((value, at) => Math.abs(value - values[at])));
    expect(worst).toBeLessThanOrEqual(1e-6 * scale); // false for NaN
  });
}
