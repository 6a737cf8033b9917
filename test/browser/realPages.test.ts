import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import {openPage} from './openPage.js';

const backends = ['cpu', 'webgl', 'webgpu'] as const;
type Numbers = Record<string, readonly number[]>;

/** Images, masks and labels as a page makes them, on each backend. */
describe('networks fed from a page', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openPage();
    await page.evaluate(() => {
      const {tf} = convgrad;
      /** Two canvases: a gradient from left to right, and stripes. */
      const canvases = [0, 1].map((kind) => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 12, height: 10});
        const context = canvas.getContext('2d')!;
        for (let y = 0; y < 10; y++) {
          for (let x = 0; x < 12; x++) {
            const shade = kind === 0 ? 20 * x : (y % 3) * 90;
            context.fillStyle = `rgb(${shade}, ${(shade + 40 * y) % 256}, ${(7 * x * y) % 256})`;
            context.fillRect(x, y, 1, 1);
          }
        }
        return canvas;
      });
      const weights = (shape: number[], seed: number) =>
        tf.tensor(
          Float32Array.from(
            {length: tf.util.sizeFromShape(shape)},
            (_, i) => (((i * i + seed * i + seed) % 17) - 8) / 64,
          ),
          shape,
        );
      Object.assign(globalThis, {canvases, weights});
    });
  });

  /** Runs fn in the page on each backend under install(), and collects device errors. */
  async function onEach(
    fn: () => Promise<Numbers>,
  ): Promise<{numbers: Record<string, Numbers>; complaints: unknown[]}> {
    const numbers: Record<string, Numbers> = {};
    const complaints: unknown[] = [];
    for (const backend of backends) {
      await page.evaluate(async (backend) => {
        const {tf, install} = convgrad;
        await tf.setBackend(backend);
        install();
        (tf.backend() as {device?: Device}).device?.pushErrorScope('validation');
      }, backend);
      numbers[backend] = await page.evaluate(fn);
      complaints.push(
        await page.evaluate(async () => {
          const {serving, calls} = convgrad.install().report();
          convgrad.uninstall();
          if (!serving || calls.length < 3) return 'convgrad served nothing';
          return (await (convgrad.tf.backend() as {device?: Device}).device?.popErrorScope())?.message ?? null;
        }),
      );
    }
    return {numbers, complaints};
  }

  /** Equal up to float32 rounding of a few training steps. */
  function expectAlike({numbers, complaints}: Awaited<ReturnType<typeof onEach>>): void {
    const {cpu, ...others} = numbers as {cpu: Numbers};
    expect(complaints).toEqual([null, null, null]);
    for (const [name, values] of Object.entries(cpu)) {
      // A constant result would prove nothing.
      expect(new Set(values).size).toBeGreaterThan(1);
      const scale = Math.max(...values.map(Math.abs));
      for (const [backend, those] of Object.entries(others as Record<string, Numbers>)) {
        const worst = Math.max(...values.map((value, i) => Math.abs(value - those[name]![i]!) / scale));
        expect({backend, name, alike: worst < 2 ** -16, count: those[name]!.length}).toEqual({
          ...{backend, name, alike: true, count: values.length},
        });
      }
    }
  }

  test('train and predict on an image from fromPixels().toFloat() as on cpu', async () => {
    expectAlike(
      await onEach(async () => {
        const {tf} = convgrad;
        const images = canvases.map((canvas) => tf.browser.fromPixels(canvas).toFloat().expandDims(0) as Tensor4D);
        const labels = tf.oneHot(tf.tensor1d([0, 1], 'int32'), 2).toFloat();
        const variables = [
          weights([3, 3, 3, 16], 1),
          weights([16], 2),
          weights([3, 3, 16, 1], 3),
          weights([3, 3, 16, 16], 4),
          weights([16, 2], 5),
        ].map((tensor) => tf.variable(tensor));
        const predict = (x: Tensor4D) => {
          const [first, bias, depthwise, second, dense] = variables as unknown as [
            Tensor4D,
            Tensor,
            Tensor4D,
            Tensor4D,
            never,
          ];
          const a = tf.fused.conv2d({
            x,
            filter: first,
            strides: 2,
            pad: 'same',
            bias: bias as never,
            activation: 'relu',
          });
          const b = tf.depthwiseConv2d(a, depthwise, 1, 'same').mul(1 / 64) as Tensor4D;
          const c = tf.conv2d(b, second, 1, 'same', 'NHWC', 2).relu();
          return tf.matMul(c.mean([1, 2]) as never, dense) as Tensor;
        };
        const optimizer = tf.train.sgd(2 ** -12);
        const losses: number[] = [];
        const loss = () =>
          tf.losses.softmaxCrossEntropy(labels, tf.concat(images.map(predict))).add(0) as ReturnType<typeof tf.scalar>;
        for (let step = 0; step < 4; step++) {
          const cost = optimizer.minimize(loss, true)!;
          losses.push((await cost.data())[0]!);
        }
        const predictions = await tf.concat(images.map(predict)).data();
        const filters = await Promise.all(variables.map((variable) => variable.data()));
        return {
          losses,
          predictions: [...predictions],
          ...Object.fromEntries(filters.map((f, i) => [`weights ${i}`, [...f]])),
        };
      }),
    );
  });

  test('train and predict on int32 images and labels, as a layers model, as on cpu', async () => {
    expectAlike(
      await onEach(async () => {
        const {tf} = convgrad;
        const model = tf.sequential({
          layers: [
            tf.layers.conv2d({inputShape: [10, 12, 3], filters: 8, kernelSize: 3, padding: 'same', activation: 'relu'}),
            tf.layers.separableConv2d({filters: 8, kernelSize: 3, strides: 2, padding: 'same'}),
            tf.layers.flatten(),
            tf.layers.dense({units: 2, activation: 'softmax'}),
          ],
        });
        model.setWeights(model.getWeights().map((tensor, i) => weights(tensor.shape, i).mul(1 / 16)));
        model.compile({optimizer: tf.train.sgd(2 ** -14), loss: 'categoricalCrossentropy'});
        const images = tf.stack(canvases.map((canvas) => tf.browser.fromPixels(canvas)));
        const labels = tf.oneHot(tf.tensor1d([0, 1], 'int32'), 2);
        const before = await (model.predict(images) as Tensor).data();
        const losses: number[] = [];
        for (let step = 0; step < 3; step++) losses.push((await model.trainOnBatch(images, labels)) as number);
        const after = await (model.predict(images) as Tensor).data();
        return {
          dtypes: [images, labels].map(({dtype}) => Number(dtype === 'int32')).concat(0),
          before: [...before],
          losses,
          after: [...after],
        };
      }),
    );
  });

  test('convolve masks and one-hot classes, and weigh a loss by them, as on cpu', async () => {
    expectAlike(
      await onEach(async () => {
        const {tf, conv2dBackward} = convgrad;
        const image = tf.browser.fromPixels(canvases[0]!).expandDims(0) as Tensor4D;
        const mask = tf.greater(image, 100).toFloat() as Tensor4D;
        const classes = tf.oneHot(tf.argMax(image, -1).toInt() as never, 4).toFloat() as Tensor4D;
        const filter = weights([3, 3, 3, 4], 1) as Tensor4D;
        const ofMask = tf.conv2d(mask, filter, 1, 'same');
        const ofClasses = tf.conv2d(classes, weights([3, 3, 4, 4], 2) as Tensor4D, 1, 'same');
        // dy is the one-hot mask itself, so dBias is its sum.
        const {dx, dFilter, dBias} = conv2dBackward({
          x: image.toFloat() as Tensor4D,
          filter,
          dy: classes,
          strides: 1,
          pad: 'same',
        });
        const weighed = tf.grad((w) => tf.conv2d(image.toFloat() as Tensor4D, w as Tensor4D, 1, 'same'))(
          filter,
          classes,
        );
        const all = {ofMask, ofClasses, dx, dFilter, dBias, weighed};
        const read = Object.entries(all).map(async ([name, t]) => [name, [...(await t.data())]] as const);
        return Object.fromEntries(await Promise.all(read));
      }),
    );
  });
});

/** What the tests share inside the page. */
declare const canvases: HTMLCanvasElement[];
declare function weights(shape: number[], seed: number): Tensor;

interface Device {
  pushErrorScope(filter: 'validation'): void;
  popErrorScope(): Promise<{message: string} | null>;
}
