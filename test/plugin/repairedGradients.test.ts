import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {checkGradients} from '../../src/verify/index.js';

type Op = (x: tf.Tensor) => tf.Tensor;

const mirror =
  (paddings: [number, number][], mode: 'reflect' | 'symmetric'): Op =>
  (x) =>
    tf.mirrorPad(x, paddings, mode);
const resizes = {nearest: tf.image.resizeNearestNeighbor, bilinear: tf.image.resizeBilinear};
const resize =
  (kind: keyof typeof resizes, size: [number, number], alignCorners: boolean, halfPixelCenters: boolean): Op =>
  (x) =>
    resizes[kind](x as tf.Tensor4D, size, alignCorners, halfPixelCenters);

/** All are linear, so their gradients follow from their values on unit vectors. */
const cases: [what: string, shape: number[], op: Op][] = [
  ...(['reflect', 'symmetric'] as const).flatMap((mode): [string, number[], Op][] => [
    [`mirrorPad ${mode} of a vector`, [3], mirror([[1, 1]], mode)],
    [`mirrorPad ${mode} as wide as it may be`, [4], mirror([[3, 3]], mode)],
    [
      `mirrorPad ${mode} on one side`,
      [2, 3],
      mirror(
        [
          [0, 1],
          [2, 0],
        ],
        mode,
      ),
    ],
    [
      `mirrorPad ${mode} without pads`,
      [2, 3],
      mirror(
        [
          [0, 0],
          [0, 0],
        ],
        mode,
      ),
    ],
    [
      `mirrorPad ${mode} of images`,
      [2, 3, 4, 2],
      mirror(
        [
          [0, 0],
          [2, 1],
          [1, 3],
          [0, 0],
        ],
        mode,
      ),
    ],
  ]),
  ...(Object.keys(resizes) as (keyof typeof resizes)[]).flatMap((kind) =>
    [
      [false, false],
      [true, false],
      [false, true],
    ].flatMap(([align, half]): [string, number[], Op][] =>
      (
        [
          [
            [2, 3, 4, 2],
            [6, 8],
          ],
          [
            [2, 4, 5, 1],
            [3, 2],
          ],
          [
            [1, 3, 2, 3],
            [5, 7],
          ],
          [
            [3, 2, 2, 1],
            [1, 1],
          ],
          [
            [2, 1, 1, 2],
            [3, 4],
          ],
        ] as [number[], [number, number]][]
      ).map(([shape, size]) => [
        `${kind} resizing of ${shape} to ${size}${align ? ', corners aligned' : ''}${half ? ', half pixel centers' : ''}`,
        shape,
        resize(kind, size, align!, half!),
      ]),
    ),
  ),
  ['depthToSpace', [2, 2, 3, 8], (x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC')],
  ['depthToSpace in blocks of 3', [1, 2, 1, 18], (x) => tf.depthToSpace(x as tf.Tensor4D, 3, 'NHWC')],
];

const whole = (count: number, seed: number) =>
  Float32Array.from({length: count}, (_, i) => ((i * i + seed * i) % 7) - 3);

describe.each(['cpu', 'wasm'])('the gradients that install() repairs, on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
    install();
  });
  afterEach(uninstall);

  test.each(cases)('%s', (_, shape, op) => {
    tf.tidy(() => {
      const size = tf.util.sizeFromShape(shape);
      const x = tf.tensor(whole(size, 1), shape);
      const dy = tf.tensor(whole(op(x).size, 2), op(x).shape);
      const got = tf.grad(op)(x, dy).dataSync();
      const upstream = dy.dataSync();
      const want = Array.from({length: size}, (_, k) => {
        const unit = new Float32Array(size);
        unit[k] = 1;
        const values = Array.from(op(tf.tensor(unit, shape)).dataSync());
        return values.reduce((sum, value, i) => sum + value * upstream[i]!, 0);
      });
      for (const [k, value] of want.entries()) expect(Math.abs(got[k]! - value)).toBeLessThan(2 ** -18 * 100);
    });
  });

  test('d sum(mirrorPad([1, 2, 3])) is 1, 3, 1 by reflection', () => {
    const sum = (x: tf.Tensor) => tf.sum(tf.mirrorPad(x, [[1, 1]], 'reflect')) as tf.Scalar;
    expect([
      ...tf
        .grad(sum)(tf.tensor1d([1, 2, 3]))
        .dataSync(),
    ]).toEqual([1, 3, 1]);
  });

  test('can be differentiated again and pass checkGradients', async () => {
    const f = (x: tf.Tensor) => {
      const padded = tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ) as tf.Tensor4D;
      return tf.square(tf.depthToSpace(tf.image.resizeNearestNeighbor(padded, [7, 5]), 2, 'NHWC'));
    };
    const x = tf.tensor(whole(2 * 3 * 3 * 4, 3), [2, 3, 3, 4]);
    expect((await checkGradients(f, [x])).passed).toBe(true);
    // f is a quadratic form, so its gradient at x is its Hessian times x.
    const once = (v: tf.Tensor) => tf.grad((a) => tf.sum(f(a)))(v);
    const direction = tf.tensor(whole(x.size, 3), x.shape);
    const twice = tf
      .grad((v) => tf.sum(tf.mul(once(v), direction)))(x)
      .dataSync();
    expect([...twice]).toEqual([...once(x).dataSync()]);
  });
});

describe('the repaired gradients', () => {
  const names = ['MirrorPad', 'ResizeNearestNeighbor', 'ResizeBilinear', 'DepthToSpace'];
  const registered = () => names.map((name) => tf.getGradient(name)?.gradFunc);
  const before = registered();
  afterEach(uninstall);

  test('appear in the report, and uninstall() restores the originals', () => {
    const {repairedGradients} = install().report();
    expect(repairedGradients).toEqual(names.map((kernel) => ({kernel, servedBy: 'convgrad'})));
    expect(registered().some((gradient, i) => gradient === before[i])).toBe(false);
    uninstall();
    expect(registered()).toEqual(before);
    expect(before[3]).toBeUndefined();
  });

  test('stay those of tfjs with repairGradients: false, even after an install() with repairs', () => {
    install();
    const {repairedGradients, gradients, serving} = install({repairGradients: false}).report();
    expect(repairedGradients.map(({servedBy}) => servedBy)).toEqual([
      'built-in',
      'built-in',
      'built-in',
      'not imported',
    ]);
    expect(registered()).toEqual(before);
    expect(new Set(gradients.map(({servedBy}) => servedBy))).toEqual(new Set(['convgrad']));
    expect(serving).toBe(true);
  });
});
