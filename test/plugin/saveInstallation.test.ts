import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {saveInstallation} from '../../src/plugin/saveInstallation.js';
import {currentSession} from '../../src/plugin/session.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

it('restores every option of the installation', async () => {
  install({
    backends: ['cpu'],
    algorithm: 'direct',
    accuracy: 'fast',
    layers: false,
    repairGradients: false,
    threads: 1,
  });
  const told = () => {
    const {backends, requested, plan, patchesLayers, repairsGradients, engineOptions} = currentSession(tf)!;
    return {backends, requested, plan, patchesLayers, repairsGradients, engineOptions};
  };
  const before = told();
  const restore = saveInstallation();
  install();
  expect(told()).not.toEqual(before);
  await restore();
  expect(told()).toEqual(before);
});

it('restores the absence of an installation', async () => {
  const restore = saveInstallation();
  install();
  await restore();
  expect(currentSession(tf)).toBeUndefined();
});
