import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {type Learner, type RealModel, realModels} from '../../examples/support/models/index.js';
import {trainModel} from '../../examples/support/trainModel.js';

const steps = 5;

afterEach(uninstall);

for (const backend of ['cpu', 'wasm']) {
  describe.each(realModels.map((model) => ({name: model.name, model})))(`$name on ${backend}`, ({model}) => {
    beforeAll(() => tf.setBackend(backend));

    it('learns in constant memory, and every gradient is certified', async () => {
      install();
      const held: object[] = [];
      let filters = 0;
      const {losses, certificates} = await trainModel(model, steps, (step, learner) => {
        filters = learnedFilters(learner);
        if (step === 2 || step === steps) held.push(memory());
      });
      expect(losses[steps - 1]).toBeLessThan(losses[0]);
      expect(Math.max(...certificates.map(({worst}) => worst))).toBeLessThanOrEqual(1);
      expect(certificates.filter(({gradient}) => gradient === 'dFilter').length).toBeGreaterThanOrEqual(filters);
      expect(held[1]).toEqual(held[0]);
    });

    it('has a loss whose slope along the gradient matches finite differences', async () => {
      install();
      const learner = await model.make();
      expect(Math.min(...slopeErrors(learner))).toBeLessThan(0.005);
      learner.dispose();
    });
  });
}

describe('uninstall() in the middle of training', () => {
  const named = (name: string) => realModels.find((model) => model.name === name) as RealModel;
  beforeAll(() => tf.setBackend('cpu'));

  it('lets tfjs train on to the same losses', async () => {
    const {losses: alone} = await trainModel(named('WGAN-GP critic'), 4);
    install();
    const {losses} = await trainModel(named('WGAN-GP critic'), 4, (step) => {
      if (step === 2) uninstall();
    });
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(alone[i], 5);
    });
    expect(losses[3]).toBeLessThan(losses[2]);
  });

  it('brings back the tfjs error about dilated gradients', async () => {
    install();
    const training = trainModel(named('DeepLab ASPP'), 2, () => uninstall());
    await expect(training).rejects.toThrow('dilation rates greater than 1 are not yet supported in gradients');
  });
});

/** How many filters of convolutions a model learns. */
function learnedFilters({variables}: Learner): number {
  return variables.filter(({name, rank}) => name.endsWith('kernel') && rank >= 3).length;
}

function memory(): object {
  const {numTensors, numBytes} = tf.memory();
  return {numTensors, numBytes, data: tf.backend().numDataIds()};
}

/**
 * Relative errors between the length of the gradient and central differences of the loss along it.
 * Three distances, because long ones cross kinks of relu and short ones suffer rounding.
 */
function slopeErrors({loss, variables}: Learner): number[] {
  return tf.tidy(() => {
    const {grads} = tf.variableGrads(loss, variables);
    const gradients = variables.map(({name}) => grads[name]);
    const slope = Math.sqrt(gradients.reduce((sum, g) => sum + tf.sum(tf.square(g)).dataSync()[0], 0));
    const starts = variables.map((variable) => variable.clone());
    const lossAt = (distance: number) => {
      variables.forEach((variable, i) => {
        variable.assign(tf.add(starts[i], tf.mul(gradients[i], distance / slope)));
      });
      return loss().dataSync()[0];
    };
    return [1e-2, 1e-3, 1e-4].map((change) => {
      const h = change / slope;
      return Math.abs((lossAt(h) - lossAt(-h)) / (2 * h * slope) - 1);
    });
  });
}
