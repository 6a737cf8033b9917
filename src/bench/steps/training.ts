import type {Scalar, Tensor, Variable} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {randomFrom} from '../../geometry/random.js';
import type {StepNetwork} from './stepNetworks.js';

/** A network in training. */
export interface Training {
  /** Runs forward, backward, and an update by plain gradient descent. */
  step(): void;
  /** A weight that the step changes last of all: once it can be read, the step is over. */
  lastWeight: Tensor;
  dispose(): void;
}

/** Starts to train a network on random data. The time of a step does not depend on the data. */
export function startTraining({name, make, loss}: StepNetwork, batch: number, seed: number): Training {
  const network = make();
  const next = randomFrom(`${seed}/${name}`);
  const shapes = [network.inputs[0].shape, network.outputs[0].shape].map((shape) => [
    batch,
    ...(shape.slice(1) as number[]),
  ]);
  const draw = (shape: number[], value: () => number) =>
    tf.tensor(Float32Array.from({length: shape.reduce((product, size) => product * size)}, value), shape);
  const x = draw(shapes[0], () => next() / 2 ** 32);
  const labels = draw(shapes[1], () => next() % 2);
  // The learning rate is small enough that nothing overflows, however long the training.
  const optimizer = tf.train.sgd(1e-4);
  const variables = network.trainableWeights.map((weight) => weight.read() as Variable);
  return {
    lastWeight: variables.at(-1)!,
    step() {
      const cost = () => loss(labels, network.apply(x, {training: true}) as Tensor) as Scalar;
      optimizer.minimize(cost, false, variables);
    },
    dispose() {
      tf.dispose([x, labels]);
      network.dispose();
      optimizer.dispose();
    },
  };
}
