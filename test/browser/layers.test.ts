import {openPage} from './openPage.js';

test.each(['webgl', 'webgpu'])('dilated layers have the same integer gradients on %s as on cpu', async (gpu) => {
  const page = await openPage();
  const [onCpu, onGpu] = await page.evaluate(async (gpu) => {
    const {tf, install, uninstall} = convgrad;
    const integers = (shape: number[], seed: number) => tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed));
    const results: number[][] = [];
    install();
    for (const backend of ['cpu', gpu]) {
      await tf.setBackend(backend);
      const config = {kernelSize: 2, dilationRate: 2, strides: 2, inputShape: [7, 7, 2]};
      const layers = [
        tf.layers.conv2d({...config, filters: 2}),
        tf.layers.conv2dTranspose({...config, filters: 2}),
        tf.layers.depthwiseConv2d(config),
      ];
      const values: number[] = [];
      for (const layer of layers) {
        layer.build([null, 7, 7, 2]);
        layer.setWeights(layer.getWeights().map(({shape}, i) => integers(shape, 5 + i)));
        const {grads} = tf.variableGrads(() => {
          const y = layer.apply(integers([1, 7, 7, 2], 1)) as ReturnType<typeof integers>;
          return tf.sum(tf.mul(y, integers(y.shape, 2)));
        });
        for (const weight of layer.trainableWeights) {
          const {name} = (weight as unknown as {val: {name: string}}).val;
          values.push(...(await grads[name]!.data()));
        }
      }
      results.push(values);
    }
    uninstall();
    return results;
  }, gpu);
  expect(onCpu).toHaveLength(18 + 18 + 10);
  expect(onGpu).toEqual(onCpu);
});
