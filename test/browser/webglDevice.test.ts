import type {Tensor4D} from '@tensorflow/tfjs';
import {openPage} from './openPage.js';

test('a lost context is a clear error, and install() works again with a new backend', async () => {
  const page = await openPage();
  const {message, values, want, serving} = await page.evaluate(async () => {
    const {tf, install, uninstall, conv2d} = convgrad;
    const compute = () => {
      const [x, filter]: Tensor4D[] = [tf.ones([1, 4, 4, 5]), tf.ones([3, 3, 5, 2])];
      return Array.from(conv2d(x!, filter!, 1, 'same').dataSync());
    };
    await tf.setBackend('webgl');
    install({backends: ['webgl']});
    const want = compute();
    const {gl} = (tf.backend() as unknown as {gpgpu: {gl: WebGL2RenderingContext}}).gpgpu;
    gl.getExtension('WEBGL_lose_context')!.loseContext();
    let message = 'nothing was thrown';
    try {
      compute();
    } catch (error) {
      message = (error as Error).message;
    }
    uninstall();
    const factory = tf.findBackendFactory('webgl')!;
    tf.removeBackend('webgl');
    tf.registerBackend('webgl', factory, 2);
    await tf.setBackend('webgl');
    const installation = install({backends: ['webgl']});
    const values = compute();
    const {serving} = installation.report();
    uninstall();
    return {message, values, want, serving};
  });
  expect(message).toMatch(/^conv2d: the browser took WebGL's context away.*tf\.removeBackend\('webgl'\)/);
  expect(values).toEqual(want);
  expect(want).toContain(45);
  expect(serving).toBe(true);
});

test('small textures make channelPacked split rows into slabs or fall back to direct', async () => {
  const page = await openPage();
  const {differences, served, fallbacks} = await page.evaluate(async () => {
    const {tf, install, uninstall, conv2d, conv2dBackward} = convgrad;
    tf.env().set('WEBGL_MAX_TEXTURE_SIZE', 128);
    await tf.setBackend('webgl');
    const integers = (shape: [number, number, number, number], seed: number) =>
      tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed)) as Tensor4D;
    const compute = (algorithm: string, [batch, channels, filters]: readonly [number, number, number]) => {
      const installation = install({backends: ['webgl'], algorithm});
      const values = tf.tidy(() => {
        const [x, filter] = [integers([batch, 23, 7, channels], 1), integers([3, 3, channels, filters], 2)];
        const y = conv2d(x, filter, 2, 'same');
        const dy = integers(y.shape as [number, number, number, number], 3);
        const {dx, dFilter} = conv2dBackward({x, filter, dy, strides: 2, pad: 'same'});
        return [y, dx, dFilter].flatMap((tensor) => Array.from(tensor.dataSync()));
      });
      const {calls, fallbacks} = installation.report();
      uninstall();
      return {values, served: calls.map((row) => `${row.algorithm} ${row.pass}`), fallbacks};
    };
    // 5 · 23 rows of 3 channel blocks are split into slabs; 9 taps of 65 channel blocks, or 129 pairs of channels, are too long for a row.
    const sizes = [
      [5, 9, 6],
      [1, 3, 258],
    ] as const;
    const runs = sizes.map((size) => ({
      channelPacked: compute('channelPacked', size),
      direct: compute('direct', size),
    }));
    return {
      differences: runs.map(({channelPacked, direct}) =>
        channelPacked.values.findIndex((value, i) => value !== direct.values[i]),
      ),
      served: runs.map(({channelPacked}) => channelPacked.served),
      fallbacks: runs[1]!.channelPacked.fallbacks.map(({reason}) => reason),
    };
  });
  expect(differences).toEqual([-1, -1]);
  expect(served[0]).toEqual(['channelPacked forward', 'channelPacked backpropInput', 'channelPacked backpropFilter']);
  expect(served[1]).toContain('direct forward');
  expect(fallbacks).toContain('its textures would be larger than 128 × 128');
});
