import type {Page} from 'playwright-core';
import {realModels} from '../../examples/support/models/index.js';
import {openPage} from './openPage.js';

describe('real models on webgl', () => {
  let page: Page;
  beforeAll(async () => {
    page = await openPage();
    await page.evaluate(() => convgrad.tf.setBackend('webgl'));
  });

  test.each(realModels.map(({name}) => name))(
    '%s learns in constant memory, and every gradient is certified',
    async (name) => {
      const {losses, certificates, held} = await page.evaluate(async (name) => {
        const {tf, install, uninstall, realModels, trainModel} = convgrad;
        const held: object[] = [];
        install({backends: ['webgl']});
        const run = await trainModel(realModels.find((model) => model.name === name)!, 4, async (step, {variables}) => {
          await Promise.all(variables.map((variable) => variable.data())); // waits for the GPU, and leaves them all in the same place
          if (step % 2 > 0) return;
          const {numTensors, numBytesInGPU} = tf.memory() as unknown as {numTensors: number; numBytesInGPU: number};
          held.push({numTensors, numBytesInGPU, data: tf.backend().numDataIds()});
        });
        uninstall();
        return {...run, held};
      }, name);
      expect(losses[3]).toBeLessThan(losses[0]!);
      expect(certificates.length).toBeGreaterThan(0);
      expect(Math.max(...certificates.map(({worst}) => worst))).toBeLessThanOrEqual(1);
      expect(held[1]).toEqual(held[0]);
    },
  );
});
