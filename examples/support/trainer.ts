import * as tf from '@tensorflow/tfjs';
import {drawDigits, size} from './digits.js';

const batchSize = 24;
const examSize = 200;

export interface TrainingRun {
  /** The loss at each step. */
  losses: number[];
  /** Which digit each image of the exam is, by probability: [200 × 10]. */
  predictions: number[][];
  /** The share of the exam's digits that are told right. */
  accuracy: number;
  /** Without the first step, where code is still being compiled. */
  millisecondsPerStep: number;
}

/** How far two runs have parted. */
export interface Difference {
  /** The largest difference of the losses at any step. */
  loss: number;
  /** The largest difference of a probability, and how many digits are read differently. */
  probability: number;
  labels: number;
}

/** Trains one network again and again: from the same weights, on the same batches, in the same order. */
export interface Trainer {
  /** @param afterStep called after each step with its number, from 1 */
  train(afterStep?: (step: number) => void): Promise<TrainingRun>;
}

export async function makeTrainer(steps: number): Promise<Trainer> {
  const saved = await save(makeModel());
  const training = drawDigits(steps * batchSize, 1);
  const exam = drawDigits(examSize, 2);
  return {
    async train(afterStep = () => {}) {
      // What your users do: the network comes from a file, not from code that knows of convgrad.
      const model = await tf.loadLayersModel(tf.io.fromMemory(saved));
      model.compile({optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy'});
      const losses: number[] = [];
      let start = 0;
      for (let step = 0; step < steps; step++) {
        const [images, labels] = [training.images, training.labels].map((all) =>
          tf.slice(all, step * batchSize, batchSize),
        );
        losses.push((await model.trainOnBatch(images, labels)) as number);
        tf.dispose([images, labels]);
        afterStep(step + 1);
        if (step === 0) start = performance.now();
      }
      const millisecondsPerStep = (performance.now() - start) / (steps - 1);
      const predicted = model.predict(exam.images) as tf.Tensor2D;
      const right = tf.equal(tf.argMax(predicted, 1), tf.argMax(exam.labels, 1));
      const accuracy = tf.mean(right).dataSync()[0];
      return {losses, predictions: predicted.arraySync(), accuracy, millisecondsPerStep};
    },
  };
}

export function difference(a: TrainingRun, b: TrainingRun): Difference {
  const largest = (numbers: number[], others: number[]) => Math.max(...numbers.map((n, i) => Math.abs(n - others[i])));
  const label = (row: number[]) => row.indexOf(Math.max(...row));
  return {
    loss: largest(a.losses, b.losses),
    probability: largest(a.predictions.flat(), b.predictions.flat()),
    labels: a.predictions.filter((row, i) => label(row) !== label(b.predictions[i])).length,
  };
}

function makeModel(): tf.LayersModel {
  const conv = (filters: number, strides: number, seed: number) =>
    tf.layers.conv2d({
      ...{filters, strides, kernelSize: 3, padding: 'same', activation: 'relu'},
      kernelInitializer: tf.initializers.heNormal({seed}),
    });
  return tf.sequential({
    layers: [
      tf.layers.inputLayer({inputShape: [size, size, 1]}),
      conv(8, 1, 1), // [16, 16, 8]
      tf.layers.maxPooling2d({poolSize: 2}), // [8, 8, 8]
      conv(16, 2, 2), // [4, 4, 16]
      conv(16, 1, 3), // [4, 4, 16]
      tf.layers.flatten(),
      tf.layers.dense({units: 10, activation: 'softmax', kernelInitializer: tf.initializers.glorotNormal({seed: 4})}),
    ],
  });
}

/** The network as a file would hold it. */
async function save(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
    }),
  );
  return saved;
}
