import type {Tensor4D} from '@tensorflow/tfjs';
import {openPage} from './openPage.js';

/** Convolves on cpu with one thread, then until the requested threads have started. */
const convolve = async () => {
  const {tf, engine, install, uninstall} = convgrad;
  await tf.setBackend('cpu');
  const x = tf.randomNormal([2, 40, 41, 16], 0, 1, 'float32', 1) as Tensor4D;
  const filter = tf.randomNormal([3, 3, 16, 24], 0, 1, 'float32', 2) as Tensor4D;
  const run = () => tf.tidy(() => [...tf.conv2d(x, filter, 1, 'same').dataSync()]);
  install({threads: 1, algorithm: 'implicitGemm'});
  const alone = run();
  install({threads: 3, algorithm: 'implicitGemm'});
  let together = run();
  for (let i = 0; i < 500 && engine().threads() < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    together = run();
  }
  together = run();
  const threads = engine().threads();
  uninstall();
  return {threads, same: together.every((value, i) => value === alone[i]), sum: alone.reduce((a, b) => a + b * b, 0)};
};

test('an isolated page uses the requested threads, by default one, without changing a bit', async () => {
  const page = await openPage();
  const {threads, same, sum} = await page.evaluate(convolve);
  expect({threads, same}).toEqual({threads: 3, same: true});
  expect(sum).toBeGreaterThan(0);
  // By default a page has one thread.
  const unasked = await page.evaluate(async () => {
    const {tf, engine, install, uninstall} = convgrad;
    install();
    for (let i = 0; i < 20; i++) {
      tf.tidy(() =>
        tf.conv2d(tf.ones([1, 40, 40, 16]) as Tensor4D, tf.ones([3, 3, 16, 16]) as Tensor4D, 1, 'same').dataSync(),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const count = engine().threads();
    uninstall();
    return count;
  });
  expect(unasked).toBe(1);
});
