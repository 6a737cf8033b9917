import * as tf from '@tensorflow/tfjs-core';
import {ConvgradError, nameCaller} from '../../geometry/error.js';
import {withBuiltins} from '../../plugin/builtins.js';
import {missingKernels} from '../../plugin/missingKernels.js';
import {countCalls} from '../../verify/proof/proof.js';
import {awaitResult} from '../awaitResult.js';
import {benchEach} from '../benchEach.js';
import {type Clock, realClock} from '../clock.js';
import {measure} from '../measure.js';
import type {BenchOptions} from '../options.js';
import {type BenchReport, makeReport} from '../report.js';
import {networksOf, resolveOptions} from '../resolveOptions.js';
import {type StepNetwork, stepNetworks} from './stepNetworks.js';
import {type BuiltinSteps, type StepResult, type StepRow, stepResultOf} from './stepResult.js';
import {startTraining, type Training} from './training.js';

/** A step of the built-in takes at most about this many milliseconds, unless a single image takes longer. */
const maxStepMilliseconds = 1000;

/**
 * Times a training step of each network, with convgrad installed and with tfjs's own kernels in place. Afterwards it restores
 * tfjs's active backend and the installation.
 *
 * @param networks the networks that `options.layers` selects from
 * @throws ConvgradError on invalid options, or a backend that this process does not have
 */
export function benchSteps(
  options: BenchOptions = {},
  clock: Clock = realClock,
  networks: readonly StepNetwork[] = stepNetworks,
): Promise<BenchReport> {
  return timeSteps(options, clock, networks).catch((error) => {
    throw nameCaller(error, 'benchSteps');
  });
}

async function timeSteps(options: BenchOptions, clock: Clock, networks: readonly StepNetwork[]): Promise<BenchReport> {
  const resolved = resolveOptions({...options, steps: true}, networks);
  const {rounds, seed, algorithm} = resolved;
  return benchEach(
    {
      jobs: networksOf(resolved, networks),
      // The layers are not patched, because the built-in has to train with them too.
      installation: {algorithm, layers: false},
      open: async (backend) => (network) => ({
        name: network.name,
        row: () => benchStep(network, {backend, algorithm, rounds, seed}, clock, options.signal),
      }),
      report: (environment, engines, steps, state) => makeReport(resolved, environment, engines, [], state, steps),
    },
    resolved,
    options,
    clock,
  );
}

async function benchStep(
  network: StepNetwork,
  {backend, algorithm, rounds, seed}: {backend: string; algorithm: string; rounds: number; seed: number},
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<StepResult> {
  const {batch} = network;
  const ours = startTraining(network, batch, seed);
  const builtin = await fitBuiltinBatch(network, seed, clock);
  try {
    const warm = countCalls(() => timeOf(clock, ours));
    const row: StepRow = {network: network.name, backend, batch, algorithm, calls: callsByServer(warm.calls)};
    // The first step has run already, while its calls were counted.
    let first: Promise<number> | undefined = warm.value;
    const call = () => {
      const milliseconds = first ?? timeOf(clock, ours);
      first = undefined;
      return milliseconds;
    };
    const benchedCalls = {
      ours: call,
      ...('training' in builtin ? {builtin: () => builtinStep(clock, builtin.training)} : {}),
    };
    return stepResultOf(row, await measure(benchedCalls, undefined, rounds, clock, signal), builtin);
  } finally {
    ours.dispose();
    if ('training' in builtin) builtin.training.dispose();
  }
}

/** Runs a step, before it returns, and waits for the device where there is one. @returns the milliseconds of both */
async function timeOf(clock: Clock, training: Training): Promise<number> {
  const start = clock.now();
  training.step();
  const milliseconds = clock.now() - start;
  return milliseconds + (await awaitResult(training.lastWeight, clock));
}

/** Times a step with tfjs's own kernels and gradients. @throws ConvgradError when one of convgrad's kernels ran */
function builtinStep(clock: Clock, training: Training): Promise<number> {
  const {value, calls} = countCalls(() => withBuiltins(tf, () => timeOf(clock, training)));
  if (calls.size > 0) {
    throw new ConvgradError(
      'bench',
      `convgrad's own kernel ran (${[...calls.keys()]}), which cannot be compared with itself.`,
    );
  }
  return value;
}

/**
 * Chooses the largest batch that the built-in has time for. If one image already takes long, it times a single step. If the
 * built-in cannot train, it gives the reason.
 */
async function fitBuiltinBatch(
  network: StepNetwork,
  seed: number,
  clock: Clock,
): Promise<BuiltinSteps | (BuiltinSteps & {training: Training})> {
  const {batch} = network;
  const lacking = withBuiltins(tf, () => missingKernels(tf, tf.getBackend())).find(({op}) => op === 'conv2d');
  if (lacking) return {reason: `tfjs alone cannot train it, because the backend lacks ${lacking.kernels.join(', ')}`};
  const single = startTraining(network, 1, seed);
  try {
    const first = await builtinStep(clock, single);
    if (first > maxStepMilliseconds) return {oneStep: first, ...scaledFrom(1, batch)};
    const milliseconds = Math.min(first, await builtinStep(clock, single));
    const most = Math.max(1, Math.min(batch, Math.floor(maxStepMilliseconds / milliseconds)));
    return {training: startTraining(network, most, seed), ...scaledFrom(most, batch)};
  } catch (error) {
    if (error instanceof ConvgradError) throw error;
    return {reason: `tfjs alone throws: ${(error as Error).message}`};
  } finally {
    single.dispose();
  }
}

function scaledFrom(batch: number, whole: number): {scaled?: StepResult['scaled']} {
  return batch === whole ? {} : {scaled: {batch, factor: whole / batch}};
}

/** Counts who served the convolutions of one step. */
function callsByServer(calls: ReadonlyMap<string, number>): StepResult['calls'] {
  const sum = (builtin: boolean) =>
    [...calls].reduce((total, [key, count]) => (key.includes('/builtin/') === builtin ? total + count : total), 0);
  return {ours: sum(false), delegated: sum(true)};
}
