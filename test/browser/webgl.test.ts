import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import {openPage} from './openPage.js';

describe('the test browser', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openPage();
  });

  test('runs tfjs on WebGL2 with float32 textures', async () => {
    const webgl = await page.evaluate(async () => {
      const {tf} = convgrad;
      const isSet = await tf.setBackend('webgl');
      const tiny = 2 ** -20; // lost in float16, whose neighbour of 1 is 1 + 2^-10
      const [sum] = await tf.tensor1d([1]).add(tiny).data();
      return {
        isSet,
        backend: tf.getBackend(),
        version: tf.env().getNumber('WEBGL_VERSION'),
        rendersFloat32: tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'),
        keptBits: sum! - 1 === tiny,
      };
    });
    expect(webgl).toEqual({isSet: true, backend: 'webgl', version: 2, rendersFloat32: true, keptBits: true});
  });

  test('differentiates a convolution', async () => {
    const values = await page.evaluate(async () => {
      const {tf} = convgrad;
      await tf.setBackend('webgl');
      const filter = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
      const y = (x: Tensor) => tf.conv2d(x as Tensor4D, filter, 1, 'valid');
      const dx = tf.grad(y)(tf.ones([1, 2, 2, 1]));
      return Array.from(await dx.data());
    });
    expect(values).toEqual([1, 2, 3, 4]);
  });

  test('isolates the page, so that threads can share memory', async () => {
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
});
