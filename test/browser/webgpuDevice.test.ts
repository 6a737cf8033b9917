import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import {openPage} from './openPage.js';
import {type Helpers, openWebgpuPage, type WebGPUBackend} from './webgpuPage.js';

declare const helpers: Helpers;

describe('convolutions on a webgpu device', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openWebgpuPage();
  });

  test.each([8, 16])('leak nothing in 300 runs, %i channels', async (channels) => {
    const [early, late] = await page.evaluate(async (channels) => {
      const {tf, conv2d, conv2dBackward} = convgrad;
      const x: Tensor4D = tf.ones([1, 9, 9, channels]);
      const filter: Tensor4D = tf.ones([3, 3, channels, channels]);
      const held: number[][] = [];
      for (let run = 1; run <= 300; run++) {
        const results: Tensor[] = tf.tidy(() => {
          const y = conv2d({x, filter, strides: 1, pad: 'same'});
          const {dx, dFilter, dBias} = conv2dBackward({x, filter, dy: y, strides: 1, pad: 'same'});
          return [y, dx, dFilter, dBias];
        });
        if (run === 10 || run === 300) {
          await Promise.all(results.map((result) => result.data()));
          const {bufferManager} = helpers.backend();
          held.push([tf.memory().numTensors, helpers.backend().numDataIds(), bufferManager.numBytesUsed]);
        }
        tf.dispose(results);
      }
      return held;
    }, channels);
    expect(late).toEqual(early);
  });

  test('name a buffer that is too large for the device and leak nothing', async () => {
    const {message, before, after} = await page.evaluate(async () => {
      const {tf, conv2d} = convgrad;
      const {device} = helpers.backend();
      const most = device.limits.maxStorageBufferBindingSize;
      const side = Math.ceil(Math.sqrt(most / 4 / 512));
      const x: Tensor4D = tf.ones([1, side, side, 1]);
      const filter: Tensor4D = tf.ones([1, 1, 1, 513]);
      const before = helpers.backend().numDataIds();
      try {
        conv2d(x, filter, 1, 'valid');
        return {message: 'none', before, after: 0};
      } catch (error) {
        return {
          message: (error as Error).message.replace(/\d{4,}/g, 'N'),
          before,
          after: helpers.backend().numDataIds(),
        };
      }
    });
    expect(message).toMatch(
      /^conv2d: this convolution needs a buffer of N bytes, \[.*\] in float32, and the webgpu device takes N; use a smaller batch or image\.$/,
    );
    expect(after).toBe(before);
  });
});

test('a lost device is a clear error, and install() works again with a new backend', async () => {
  const page = await openPage();
  const {message, values} = await page.evaluate(async () => {
    const {tf, conv2d, install, uninstall} = convgrad;
    await tf.setBackend('webgpu');
    const factory = tf.findBackendFactory('webgpu');
    const convolve = () => conv2d(tf.ones([1, 2, 2, 1]) as Tensor4D, tf.ones([2, 2, 1, 1]) as Tensor4D, 1, 'valid');
    install();
    await convolve().data();
    const {device} = tf.backend() as unknown as WebGPUBackend;
    device.destroy();
    await device.lost;
    const message = await Promise.resolve()
      .then(convolve)
      .then(
        () => 'none',
        (error: Error) => error.message,
      );
    uninstall();
    tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', factory, 3);
    await tf.setBackend('webgpu');
    install();
    const values = [...(await convolve().data())];
    uninstall();
    return {message, values};
  });
  expect(message).toMatch(/^conv2d: the device of the webgpu backend is lost \(.+\), and its tensors with it; /);
  expect(values).toEqual([4]);
});
