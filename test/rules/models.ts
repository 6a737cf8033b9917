import * as tf from '@tensorflow/tfjs';

/** A model with every kind of layer that rules reach, one of them in a nested model. */
export function everyLayer(): tf.LayersModel {
  const seed = (value: number) => tf.initializers.glorotNormal({seed: value});
  const block = tf.sequential({name: 'block'});
  block.add(
    tf.layers.conv2d({
      ...{name: 'inner', inputShape: [8, 8, 4], filters: 4, kernelSize: 3, padding: 'same', activation: 'tanh'},
      kernelInitializer: seed(1),
    }),
  );
  const input = tf.input({shape: [8, 8, 2]});
  let y = tf.layers
    .conv2d({name: 'conv', filters: 4, kernelSize: 3, padding: 'same', kernelInitializer: seed(2)})
    .apply(input) as tf.SymbolicTensor;
  y = block.apply(y) as tf.SymbolicTensor;
  y = tf.layers
    .depthwiseConv2d({
      ...{name: 'depthwise', kernelSize: 3, strides: 2, padding: 'same', activation: 'relu'},
      depthwiseInitializer: seed(3),
    })
    .apply(y) as tf.SymbolicTensor;
  y = tf.layers
    .separableConv2d({
      ...{name: 'separable', filters: 3, kernelSize: 3, padding: 'same', activation: 'linear'},
      ...{depthwiseInitializer: seed(4), pointwiseInitializer: seed(5)},
    })
    .apply(y) as tf.SymbolicTensor;
  y = tf.layers
    .conv2dTranspose({name: 'transposed', filters: 2, kernelSize: 3, strides: 2, kernelInitializer: seed(6)})
    .apply(y) as tf.SymbolicTensor;
  y = tf.layers.reshape({targetShape: [81, 2]}).apply(y) as tf.SymbolicTensor;
  y = tf.layers
    .conv1d({name: 'conv1d', filters: 2, kernelSize: 3, strides: 2, activation: 'sigmoid', kernelInitializer: seed(7)})
    .apply(y) as tf.SymbolicTensor;
  y = tf.layers.flatten().apply(y) as tf.SymbolicTensor;
  y = tf.layers
    .dense({name: 'dense', units: 6, activation: 'relu', kernelInitializer: seed(8)})
    .apply(y) as tf.SymbolicTensor;
  y = tf.layers.dense({name: 'logits', units: 3, kernelInitializer: seed(9)}).apply(y) as tf.SymbolicTensor;
  return tf.model({inputs: input, outputs: y});
}

/** A small convolutional classifier whose weights depend on nothing else. */
export function smallClassifier(prefix = ''): tf.Sequential {
  const init = (seed: number) => tf.initializers.glorotNormal({seed});
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...{name: `${prefix}conv1`, inputShape: [6, 6, 1], filters: 3, kernelSize: 3, activation: 'tanh'},
        kernelInitializer: init(1),
      }),
      tf.layers.conv2d({
        name: `${prefix}conv2`,
        filters: 4,
        kernelSize: 3,
        activation: 'tanh',
        kernelInitializer: init(2),
      }),
      tf.layers.flatten(),
      tf.layers.dense({name: `${prefix}logits`, units: 3, activation: 'softmax', kernelInitializer: init(3)}),
    ],
  });
}

/** Gradients of the mean of squared outputs, by variable in the order of the model's weights. */
export function gradientsOf(model: tf.LayersModel, x: tf.Tensor): Float32Array[] {
  return tf.tidy(() => {
    const loss = () => (model.apply(x, {training: true}) as tf.Tensor).square().mean() as tf.Scalar;
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const {grads} = tf.variableGrads(loss, variables);
    return variables.map(({name}) => grads[name].dataSync<'float32'>());
  });
}
