import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {benchSteps} from '../../../src/bench/steps/benchSteps.js';
import {type StepNetwork, stepNetworks} from '../../../src/bench/steps/stepNetworks.js';
import {startTraining} from '../../../src/bench/steps/training.js';
import {install, uninstall} from '../../../src/plugin/install.js';
import {currentSession} from '../../../src/plugin/session.js';
import {aliasBuiltins} from '../../support/aliasBuiltins.js';

/** Two convolutions, one of them with an activation that tfjs does not unfuse. */
const tiny: StepNetwork = {
  name: 'Tiny',
  batch: 2,
  make: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({inputShape: [6, 6, 2], filters: 3, kernelSize: 3, activation: 'tanh'}),
        tf.layers.conv2d({filters: 2, kernelSize: 3, activation: 'relu'}),
        tf.layers.flatten(),
        tf.layers.dense({units: 2}),
      ],
    }),
  loss: tf.losses.softmaxCrossEntropy,
};
const few = {rounds: 2, backends: ['cpu']};

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

test('a step is timed with convgrad and with tfjs, and every convolution is counted', async () => {
  const {steps, results, summary} = await benchSteps(few, undefined, [tiny]);
  expect(steps).toEqual([
    {
      ...{network: 'Tiny', backend: 'cpu', batch: 2, algorithm: 'auto'},
      // All three passes of both layers: tfjs-core also computes dX of the first, which is unused.
      ...{calls: {ours: 6, delegated: 0}, milliseconds: {ours: expect.any(Number), builtin: expect.any(Number)}},
      ...{ratio: expect.any(Number), noise: expect.any(Number), first: expect.any(Number)},
      ...{warmUpSteps: expect.any(Number), rounds: [expect.any(Object), expect.any(Object)]},
    },
  ]);
  expect(steps[0].ratio).toBeGreaterThan(0);
  expect({results, summary}).toMatchObject({results: [], summary: {measured: 1, left: 0, stepRatios: []}});
});

test('on wasm a step counts delegated passes and says why tfjs cannot train', async () => {
  const report = await benchSteps({...few, backends: ['cpu', 'wasm']}, undefined, [tiny]);
  const {cpu, wasm} = Object.fromEntries(report.steps.map((step) => [step.backend, step]));
  expect(wasm).toMatchObject({calls: {ours: 4, delegated: 2}, reason: expect.stringContaining('Conv2DBackpropFilter')});
  const ratio = cpu.milliseconds.ours / wasm.milliseconds.ours;
  expect(report.summary.stepRatios).toEqual([{network: 'Tiny', backends: ['cpu', 'wasm'], ratio}]);
  const {steps} = await benchSteps({...few, backends: ['wasm'], engine: 'js'}, undefined, [tiny]);
  expect(steps[0].calls).toEqual({ours: 4, delegated: 2});
});

test('a built-in that is an alias of our kernel is refused', async () => {
  install();
  const repair = aliasBuiltins('cpu');
  await expect(benchSteps(few, undefined, [tiny])).rejects.toThrow('cannot be compared with itself');
  repair();
});

test('tensors, the installation and the active backend are restored', async () => {
  await tf.setBackend('cpu');
  install({backends: ['cpu'], algorithm: 'im2col', layers: false});
  const before = tf.memory().numTensors;
  await benchSteps({...few, backends: ['wasm']}, undefined, [tiny]);
  expect(tf.memory().numTensors).toBe(before);
  expect(currentSession(tf)).toMatchObject({
    backends: ['cpu'],
    requested: {algorithm: 'im2col', accuracy: 'standard'},
    patchesLayers: false,
  });
  expect(tf.getBackend()).toBe('cpu');
});

test('an abort keeps the finished steps', async () => {
  const controller = new AbortController();
  const twice = [tiny, {...tiny, name: 'Again'}];
  const onReport = () => controller.abort();
  const report = await benchSteps({...few, signal: controller.signal, onReport}, undefined, twice);
  expect(report).toMatchObject({interrupted: true, steps: [{network: 'Tiny'}], summary: {measured: 1, left: 1}});
});

test.each(stepNetworks.map((network) => [network.name, network] as const))(
  '%s trains without a leak',
  async (_name, network) => {
    await tf.setBackend('wasm');
    install();
    const before = tf.memory().numTensors;
    const training = startTraining(network, 1, 1);
    training.step();
    const during = tf.memory().numTensors;
    training.step();
    expect(tf.memory().numTensors).toBe(during);
    training.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await tf.setBackend('cpu');
  },
);
