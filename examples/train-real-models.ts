/**
 * Trains eight networks that people use, on every backend that convgrad serves, and holds each gradient of a convolution against float64 and each loss
 * against the drift between backends of tfjs itself.
 *
 *     node examples/run.mjs train-real-models [--steps 5] [--models LeNet,TCN] [--backends cpu,webgl]
 */
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {compareModel, type ModelComparison, staysWithin, worstGradient} from './support/compareModel.js';
import {realModels} from './support/models/index.js';
import {openModelsPage} from './support/openModelsPage.js';
import {tryModel} from './support/tryModel.js';

const served = [
  ...new Set(
    install()
      .report()
      .kernels.map(({backend}) => backend),
  ),
];
uninstall();
const text = (given: string) => ({type: 'string' as const, default: given});
const {values: options} = parseArgs({
  options: {steps: text('5'), models: text(''), backends: text(served.join(','))},
});
const steps = Number(options.steps);
if (!Number.isInteger(steps) || steps < 2) throw new Error(`--steps must be a whole number ≥ 2; got ${options.steps}.`);
const backends = options.backends.split(',');
const unserved = backends.find((backend) => !served.includes(backend));
if (unserved !== undefined) throw new Error(`--backends: convgrad serves ${served.join(', ')}; got ${unserved}.`);
const named = options.models.toLowerCase().split(',');
const models = realModels.filter(({name}) => named.some((part) => name.toLowerCase().includes(part)));
if (models.length === 0) throw new Error(`--models: there are ${realModels.map(({name}) => name).join(', ')}.`);

const widths = [18, 8, 19, 11, 19, 9];
const row = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(''));
const small = (part: number) => part.toExponential(0);

await tf.setBackend('cpu');
const page = backends.includes('webgl') ? await openModelsPage(new URL('..', import.meta.url)) : undefined;
console.log(`Real models, cut down: ${steps} steps from the same weights, on the same data.\n`);
row('model', 'backend', 'loss', 'gradients', 'loss off by', 'ms/step', 'tfjs alone');
let failures = 0;
for (const model of models) {
  const compared = await compareModel(model, backends, (trial) => {
    process.stderr.write(`${model.name} on ${trial.backend}${trial.algorithm ? ' with convgrad' : ''}…\n`);
    return (trial.backend === 'webgl' ? page! : {tryModel}).tryModel({...trial, steps});
  });
  for (const comparison of compared) print(model.name, comparison);
}
await page?.close();

function print(model: string, comparison: ModelComparison): void {
  const {backend, ours, alone, wrong, parted, yardstick} = comparison;
  if ('error' in ours) {
    failures++;
    row(model, backend, `FAILED: ${ours.error}`);
    return;
  }
  const mark = (passed: boolean) => {
    if (!passed) failures++;
    return passed ? '' : ' FAILED';
  };
  const worst = worstGradient(ours);
  row(
    model,
    backend,
    `${ours.losses[0].toFixed(4)} → ${ours.losses[steps - 1].toFixed(4)}`,
    `${(100 * worst).toFixed(0)}%${mark(worst <= 1)}`,
    `${small(parted)} (${small(yardstick)})${mark(staysWithin(comparison))}`,
    ours.millisecondsPerStep.toFixed(0),
    'error' in alone
      ? `throws "${alone.error.slice(0, 70)}…"`
      : (wrong ?? `works, ${alone.millisecondsPerStep.toFixed(0)} ms`),
  );
}

console.log(`
gradients    the largest error of any dx or dFilter in the first step, as a share of what rounding can explain; above 100% it is wrong
loss off by  the distance from the same training with convolutions added in float64; in brackets, how far tfjs's own backends are off or
             apart on the network. Where they cannot train it, its dilation is written out as zeros. A loss that is off by more than four times that has failed.

${failures === 0 ? 'ok' : `FAILED: ${failures}`}`);
if (failures > 0) process.exitCode = 1;
