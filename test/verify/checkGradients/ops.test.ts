import * as tf from '@tensorflow/tfjs';
import {checkGradients} from '../../../src/verify/checkGradients/checkGradients.js';
import {ops, scaled, wrongAt} from './ops.js';

beforeAll(() => tf.setBackend('cpu'));

/** More seeds for a campaign: GRADIENT_SEEDS=20. */
const seeds = Array.from({length: Number(process.env['GRADIENT_SEEDS'] ?? 3)}, (_, i) => i + 1);

it('the test has at least forty ops', () => {
  expect(ops.length).toBeGreaterThanOrEqual(40);
});

describe.each(ops.map((op) => [op.name, op] as const))('%s', (_name, {f, inputs, mode}) => {
  it.each(seeds)('passes, seed %d', async (seed) => {
    const report = await checkGradients(f, inputs(seed), {seed});
    expect(report.passed || report.summary).toBe(true);
    expect(report.mode).toBe(mode);
    for (const {checked, undecided} of report.inputs) expect(undecided.length).toBeLessThan(checked / 8);
  });

  it('fails when its gradients are 0.1% too large', async () => {
    const report = await checkGradients(scaled(f, 1.001), inputs(1));
    expect(report.passed).toBe(false);
    for (const {wrong} of report.inputs) expect(wrong.length).toBeGreaterThan(0);
  });

  it('fails at the right coordinate when one is 1% off', async () => {
    const xs = inputs(2);
    for (const [k, dx] of tf.grads(f)(xs).entries()) {
      const at = dx.abs().flatten().argMax().dataSync()[0];
      const {inputs} = await checkGradients(wrongAt(f, k, at, 1.01), xs, {seed: 2});
      expect(inputs.map(({wrong}) => wrong.map(({index}) => index))).toEqual(xs.map((_, i) => (i === k ? [at] : [])));
    }
  });
});

describe('checkGradients finds a mistake of tfjs 4.22 in', () => {
  const image = ops.find(({name}) => name === 'avgPool')!.inputs(1)[0];

  it('avgPool with padding, which divides by the whole window', async () => {
    const report = await checkGradients((x) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'same'), image);
    // [0,0] is in the corner; [2,2] is so far inside that no window around it reaches the padding.
    const wrong = report.inputs[0].wrong.map(({index}) => index);
    expect(wrong).toContain(0);
    expect(wrong).not.toContain((2 * 5 + 2) * 2);
  });

  it('resizeBilinear of oblong images, which swaps height and width', async () => {
    const {passed, problems} = await checkGradients(
      (x) => tf.image.resizeBilinear(x, [7, 6]),
      tf.ones([1, 5, 4, 2]) as tf.Tensor4D,
    );
    expect(passed).toBe(false);
    expect(problems).toEqual([
      expect.stringContaining("'1,4,5,2', which does not match the shape of the input '1,5,4,2'"),
    ]);
  });
});
