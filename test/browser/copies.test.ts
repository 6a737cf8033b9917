import {openPage} from './openPage.js';

// Like rn-webgl of tfjs-react-native: another backend object of the same class, with the kernels of webgl under its own name.
test.each(['copied, then install({backends})', 'copied, then install()', 'install(), then copied'] as const)(
  'a copy of the webgl backend is served like webgl: %s',
  async (order) => {
    const page = await openPage();
    const {want, got, report, webgl, uninstalled} = await page.evaluate(async (order) => {
      const {tf, install, uninstall, conv2d} = convgrad;
      type Backend = ReturnType<typeof tf.backend>;
      const integers = (shape: number[], seed: number) => tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed));
      const values = () => {
        const run = (f: (...inputs: never[]) => unknown, ...inputs: unknown[]) => {
          const {value, grads} = tf.valueAndGrads(f as never)(inputs as never);
          // Adding 0 turns −0 into 0.
          return [value, ...grads].map((tensor) => Array.from(tensor.dataSync(), (value) => value + 0));
        };
        return tf.tidy(() => {
          const [x, filter] = [integers([2, 7, 6, 5], 1), integers([3, 3, 5, 4], 2)];
          const [depthwise, bias] = [integers([3, 2, 5, 2], 3), integers([4], 4)];
          return [
            // tfjs alone has no gradient under dilation.
            run((x, filter) => tf.conv2d(x, filter, 1, 'same', 'NHWC', 2), x, filter),
            run((x, filter) => tf.depthwiseConv2d(x, filter, 2, 'valid'), x, depthwise),
            run(
              (x, filter, bias) => tf.fused.conv2d({x, filter, bias, strides: 2, pad: 'same', activation: 'relu'}),
              ...[x, filter, bias],
            ),
            run((x, filter) => conv2d(x, filter, 1, 'same') as never, x, filter),
          ];
        });
      };
      await tf.setBackend('webgl');
      const MathBackendWebGL = tf.backend().constructor as new () => Backend;
      const copy = () => {
        tf.registerBackend('gl2', () => new MathBackendWebGL());
        for (const kernel of tf.getKernelsForBackend('webgl')) tf.registerKernel({...kernel, backendName: 'gl2'});
      };
      const stock = tf.getKernel('Conv2D', 'webgl').kernelFunc;
      if (order !== 'install(), then copied') copy();
      const installation = install(order === 'copied, then install({backends})' ? {backends: ['gl2']} : {});
      if (order === 'install(), then copied') copy();
      await tf.setBackend('gl2');
      const got = values();
      const {serving, summary, calls, builtin, fallbacks} = installation.report();
      const webgl = tf.getKernel('Conv2D', 'webgl').kernelFunc === stock;
      await tf.setBackend('cpu');
      install();
      const want = values();
      uninstall();
      const uninstalled = tf.getKernel('Conv2D', 'gl2').kernelFunc === stock;
      return {want, got, webgl, uninstalled, report: {serving, summary, calls, builtin, fallbacks}};
    }, order);
    expect(got).toEqual(want);
    expect(report).toMatchObject({serving: true, fallbacks: []});
    expect(report.summary).toContain('the active backend gl2 is served');
    const served = [...report.calls, ...report.builtin];
    expect([...new Set(served.map(({backend}) => backend))]).toEqual(['gl2']);
    expect([...new Set(served.map(({pass}) => pass))].sort()).toEqual(['backpropFilter', 'backpropInput', 'forward']);
    // If only the copy is requested, webgl itself is not served.
    expect(webgl).toBe(order === 'copied, then install({backends})');
    expect(uninstalled).toBe(true);
  },
);
