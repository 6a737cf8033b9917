import * as tf from '@tensorflow/tfjs';
import {drawDigits, size} from '../digits.js';
import {adam, type RealModel} from './realModel.js';

/**
 * A converted model: a graph whose convolutions, biases and activations the converter has fused. Its weights are constants, so it cannot learn;
 * but its gradient says which image it takes for a digit, and the image learns.
 */
export const graphModel: RealModel = {
  name: 'graph model',
  needs: 'fused nodes',

  async make() {
    const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts()));
    const {images, labels} = drawDigits(3, 1);
    const image = tf.variable(images);
    images.dispose();
    const optimizer = adam(0.05);
    return {
      variables: [image],
      optimizer,
      loss: () => tf.losses.softmaxCrossEntropy(labels, model.execute({image}) as tf.Tensor) as tf.Scalar,
      dispose() {
        tf.dispose([image, labels]);
        model.dispose();
        optimizer.dispose();
      },
    };
  },
};

type Node = {name: string; op: string; input?: string[]; attr?: object};

/** What the converter writes: image → 3×3, 6 → 3×3 by 2, 8 → 1×1, 10 → the mean over all pixels. */
function artifacts(): tf.io.ModelArtifacts {
  const weights: {name: string; shape: number[]}[] = [];
  const constant = (name: string, shape: number[]) => {
    weights.push({name, shape});
    return {name, op: 'Const', attr: {dtype: float}};
  };
  const conv = (input: string, name: string, filter: number[], stride: number, activation: string[]): Node[] => [
    constant(`${name}/filter`, filter),
    constant(`${name}/bias`, [filter[3]]),
    {
      name,
      op: '_FusedConv2D',
      input: [input, `${name}/filter`, `${name}/bias`],
      attr: {
        T: float,
        num_args: {i: '1'},
        fused_ops: {list: {s: ['BiasAdd', ...activation].map(btoa)}},
        strides: {list: {i: ['1', `${stride}`, `${stride}`, '1']}},
        dilations: {list: {i: ['1', '1', '1', '1']}},
        padding: {s: btoa('SAME')},
        data_format: {s: btoa('NHWC')},
        epsilon: {f: 0},
      },
    },
  ];
  const shape = {dim: [-1, size, size, 1].map((length) => ({size: String(length)}))};
  const node: Node[] = [
    {name: 'image', op: 'Placeholder', attr: {dtype: float, shape: {shape}}},
    ...conv('image', 'first', [3, 3, 1, 6], 1, ['Relu']),
    ...conv('first', 'second', [3, 3, 6, 8], 2, ['Relu6']),
    ...conv('second', 'third', [1, 1, 8, 10], 1, []),
    {name: 'axes', op: 'Const', attr: {dtype: {type: 'DT_INT32'}}},
    {name: 'scores', op: 'Mean', input: ['third', 'axes'], attr: {T: float, keep_dims: {b: false}}},
  ];
  const values = weights.map(({shape}, i) =>
    tf.tidy(() => tf.randomNormal(shape, 0, 0.4, 'float32', i + 1).dataSync()),
  );
  const numbers = Float32Array.from(values.flatMap((some) => [...some]));
  const weightData = new Uint8Array([...new Uint8Array(numbers.buffer), ...new Uint8Array(Int32Array.of(1, 2).buffer)]);
  return {
    modelTopology: {node, versions: {producer: 1}, library: {}},
    weightSpecs: [
      ...weights.map((weight) => ({...weight, dtype: 'float32' as const})),
      {name: 'axes', shape: [2], dtype: 'int32'},
    ],
    weightData: weightData.buffer,
    format: 'graph-model',
  };
}

const float = {type: 'DT_FLOAT'};
