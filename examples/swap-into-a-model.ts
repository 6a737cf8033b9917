/**
 * Trains a small network to read digits, with TensorFlow.js alone and with convgrad swapped in, and holds one run against the other.
 *
 *     node examples/run.mjs swap-into-a-model [--steps 40]
 */
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {type Certificate, certify} from './support/certificate.js';
import {completeWasm} from './support/secondBackend.js';
import {tapKernels} from './support/tapKernels.js';
import {difference, makeTrainer, type TrainingRun} from './support/trainer.js';

const {values: options} = parseArgs({options: {steps: {type: 'string', default: '40'}}});
const steps = Number(options.steps);
if (!Number.isInteger(steps) || steps < 2) throw new Error(`--steps must be a whole number ≥ 2; got ${options.steps}.`);

await tf.setBackend('cpu');
const trainer = await makeTrainer(steps);

/** Trains, and has every gradient of every convolution certified in the first step. */
async function trainCertified(): Promise<TrainingRun & {certificates: Certificate[]}> {
  const certificates: Certificate[] = [];
  const untap = tapKernels((call) => certificates.push(...certify(call)));
  const run = await trainer.train((step) => {
    if (step === 1) untap();
  });
  return {...run, certificates};
}

// 1. TensorFlow.js alone.
const alone = await trainCertified();

// 2. The same with convgrad. The network is not told.
const installation = install();
const swapped = await trainCertified();
const {calls} = installation.report();
uninstall();

// 3. The yardstick. No two backends round alike, and training lets small differences grow. How far do two backends of tfjs itself part?
completeWasm();
await tf.setBackend('wasm');
const second = await trainer.train();

const percent = (part: number) => `${(100 * part).toFixed(1)}%`;
const row = (...cells: string[]) => console.log(cells.map((cell) => cell.padStart(16)).join(''));
const runs = [alone, swapped, second];
console.log(
  `Three convolutions learn to read digits: ${steps} steps from the same saved weights, on the same images.\n`,
);
row('loss at step', 'tfjs on cpu', '… with convgrad', 'tfjs on wasm');
for (let step = 1; step <= steps; step += Math.ceil(steps / 8)) {
  row(String(step), ...runs.map(({losses}) => losses[step - 1].toFixed(6)));
}
row('digits read', ...runs.map(({accuracy}) => percent(accuracy)));
row('time of a step', ...runs.map(({millisecondsPerStep}) => `${millisecondsPerStep.toFixed(1)} ms`));
console.log(
  `\nOn cpu, convgrad trains ${(alone.millisecondsPerStep / swapped.millisecondsPerStep).toFixed(1)} times as fast.\n`,
);

function check(passed: boolean, text: string): void {
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${text}`);
  if (!passed) process.exitCode = 1;
}

// Three filters learn; the first layer's input is the image, which needs no gradient.
const served = (pass: string) => calls.filter((row) => row.pass === pass).reduce((sum, row) => sum + row.calls, 0);
check(
  served('forward') >= 3 * steps && served('backpropFilter') === 3 * steps && served('backpropInput') === 2 * steps,
  `served by convgrad: ${served('forward')} forward, ${served('backpropInput')} backpropInput, ${served('backpropFilter')} backpropFilter`,
);
const worst = (run: {certificates: Certificate[]}) =>
  Math.max(...run.certificates.map((certificate) => certificate.worst));
check(
  [alone, swapped].every((run) => run.certificates.length === 5 && worst(run) <= 1),
  'gradients of the first step, 3 dFilter and 2 dx, against float64: the largest error is ' +
    `${percent(worst(swapped))} of what rounding can explain (tfjs: ${percent(worst(alone))})`,
);
const [ours, yardstick] = [difference(alone, swapped), difference(alone, second)];
// Neighbouring float32 numbers about 2, where the losses begin, are 2⁻²² apart: less is no difference.
const within = (part: number, measure: number) => part <= Math.max(measure, 2 ** -22);
const small = (part: number) => part.toExponential(1);
check(
  within(ours.loss, yardstick.loss),
  `loss curves differ by at most ${small(ours.loss)}; those of tfjs on its two backends differ by ${small(yardstick.loss)}`,
);
check(
  ours.labels <= yardstick.labels && within(ours.probability, yardstick.probability),
  `${ours.labels} of ${alone.predictions.length} digits are read differently, probabilities differ by at most ${small(ours.probability)}; ` +
    `on tfjs's two backends it is ${yardstick.labels} digits and ${small(yardstick.probability)}`,
);
console.log(`
The yardstick is tfjs itself: convgrad passes if it differs no more than tfjs on wasm differs from tfjs on cpu. That is little, because
wasm has no filter gradient and borrows the one of cpu, rounding included.`);
