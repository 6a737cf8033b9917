import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {type Learner, realModels} from '../../examples/support/models/index.js';
import {trainModel} from '../../examples/support/trainModel.js';

const backends = ['cpu'];

afterEach(uninstall);

describe.each(realModels.flatMap((model) => backends.map((backend) => ({backend, name: model.name, model}))))(
  '$name on $backend',
  ({backend, model}) => {
    beforeAll(() => tf.setBackend(backend));

    it('learns, with every gradient certified, in constant memory', async () => {
      install();
      const before = tf.memory().numTensors;
      const held: object[] = [];
      let weights = 0;
      const {losses, certificates} = await trainModel(model, 8, (step, learner) => {
        weights = convolutionWeights(learner);
        if (step === 3 || step === 8) held.push(memory());
      });
      expect(losses[7]).toBeLessThan(losses[0]);
      expect(Math.max(...certificates.map(({worst}) => worst))).toBeLessThanOrEqual(1);
      expect(certificates.filter(({gradient}) => gradient === 'dFilter').length).toBeGreaterThanOrEqual(weights);
      expect(held[1]).toEqual(held[0]);
      expect(tf.memory().numTensors).toBe(before);
    }, 60_000);

    it('has the gradient that its loss has', async () => {
      install();
      const learner = await model.make();
      const {slope, difference} = alongGradient(learner);
      learner.dispose();
      expect(slope).toBeGreaterThan(0);
      expect(difference / slope).toBeCloseTo(1, 2);
    }, 60_000);
  },
);

/** How many filters the model learns. */
function convolutionWeights({variables}: Learner): number {
  return variables.filter(({name, rank}) => name.includes('kernel') && rank >= 3).length;
}

function memory(): object {
  const {numTensors, numBytes} = tf.memory();
  return {numTensors, numBytes, data: tf.backend().numDataIds()};
}

/** The slope of the loss along its gradient: the gradient's length, and by a central difference of the loss itself. */
function alongGradient({loss, variables}: Learner): {slope: number; difference: number} {
  return tf.tidy(() => {
    const {grads} = tf.variableGrads(loss, variables);
    const gradients = variables.map(({name}) => grads[name]);
    const slope = Math.sqrt(gradients.reduce((sum, g) => sum + tf.sum(tf.square(g)).dataSync()[0], 0));
    const h = 1e-3;
    const starts = variables.map((variable) => variable.clone());
    const lossAt = (distance: number) => {
      variables.forEach((variable, i) => {
        variable.assign(tf.add(starts[i], tf.mul(gradients[i], distance / slope)));
      });
      return loss().dataSync()[0];
    };
    return {slope, difference: (lossAt(h) - lossAt(-h)) / (2 * h)};
  });
}
