import {ConvgradError} from '../../geometry/error.js';
import {withBuiltins} from '../../plugin/builtins.js';
import {install} from '../../plugin/install.js';
import {missingKernels} from '../../plugin/missingKernels.js';
import {remember} from '../../plugin/remember.js';
import {engineOf} from '../../plugin/select.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import {environmentOf} from '../../verify/environment.js';
import {counted} from '../../verify/proof.js';
import {activate} from '../../verify/stage.js';
import {type Clock, realClock} from '../clock.js';
import {measure} from '../measure.js';
import type {BenchOptions} from '../options.js';
import {settleEngine} from '../peak.js';
import {type BenchReport, makeReport} from '../report.js';
import {networksOf, resolveOptions} from '../resolveOptions.js';
import {type StepNetwork, stepNetworks} from './stepNetworks.js';
import {type BuiltinSteps, type StepResult, type StepRow, stepResultOf} from './stepResult.js';
import {startTraining, type Training} from './training.js';

/** A step of the built-in takes about so long at most, unless one image takes longer. */
const builtinMilliseconds = 1000;

/**
 * Times a training step of each network: with convgrad installed, and with tfjs's own kernels in place.
 * tfjs's active backend and the installation are as before when it is done.
 *
 * @param networks those to choose from by `options.layers`
 * @throws ConvgradError on options that make no sense, or a backend that this process does not have
 */
export async function benchSteps(
  options: BenchOptions = {},
  clock: Clock = realClock,
  networks: readonly StepNetwork[] = stepNetworks,
): Promise<BenchReport> {
  const resolved = resolveOptions({...options, steps: true}, networks);
  const {backends, rounds, seed, algorithm, engine, threads, timeBudget = Number.POSITIVE_INFINITY} = resolved;
  const chosen = networksOf(resolved, networks);
  const start = clock.now();
  const seconds = () => (clock.now() - start) / 1000;
  const steps: StepResult[] = [];
  const engines: Record<string, string> = {};
  const begun: string[] = [];
  const report = (interrupted: boolean) => {
    const left = backends.length * chosen.length - steps.length;
    return makeReport(resolved, environmentOf(begun), engines, [], {left, seconds: seconds(), interrupted}, steps);
  };
  const clear = remember();
  try {
    for (const [i, backend] of backends.entries()) {
      await activate(backend);
      begun.push(backend);
      // Layers stay tfjs's: the built-in has to train with them too.
      install({tf, algorithm, engine, threads, layers: false});
      await settleEngine(backend, clock);
      const name = engineOf(backend)?.name;
      if (name) engines[backend] = name;
      const end = seconds() + (timeBudget - seconds()) / (backends.length - i);
      for (const [done, network] of chosen.entries()) {
        if (options.signal?.aborted || seconds() > end) break;
        options.onProgress?.({backend, problem: network.name, done, total: chosen.length});
        const found = await benchStep(network, {backend, algorithm, rounds, seed}, clock, options.signal);
        if (options.signal?.aborted) break;
        steps.push(found);
        options.onReport?.(() => report(true));
      }
    }
    // While the engine is still the one that was timed.
    return report(options.signal?.aborted === true);
  } finally {
    await clear();
  }
}

async function benchStep(
  network: StepNetwork,
  {backend, algorithm, rounds, seed}: {backend: string; algorithm: string; rounds: number; seed: number},
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<StepResult> {
  const {batch} = network;
  const ours = startTraining(network, batch, seed);
  const builtin = fitBuiltin(network, seed, clock);
  try {
    const timed = () => timeOf(clock, ours);
    const warm = counted(timed);
    const row: StepRow = {network: network.name, backend, batch, algorithm, calls: share(warm.calls)};
    // The first step is the one that was counted.
    let first: number | undefined = warm.value;
    const call = () => {
      const milliseconds = first ?? timed();
      first = undefined;
      return milliseconds;
    };
    const contestants = {
      ours: call,
      ...('training' in builtin ? {builtin: () => builtinStep(clock, builtin.training)} : {}),
    };
    return stepResultOf(row, await measure(contestants, undefined, rounds, clock, signal), builtin);
  } finally {
    ours.dispose();
    if ('training' in builtin) builtin.training.dispose();
  }
}

function timeOf(clock: Clock, training: Training): number {
  const start = clock.now();
  training.step();
  return clock.now() - start;
}

/** A step with tfjs's own kernels and gradients. @throws ConvgradError when one of convgrad's ran */
function builtinStep(clock: Clock, training: Training): number {
  const {value, calls} = counted(() => withBuiltins(tf, () => timeOf(clock, training)));
  if (calls.size > 0) {
    throw new ConvgradError(
      'bench',
      `convgrad's own kernel ran (${[...calls.keys()]}): nothing is compared with itself.`,
    );
  }
  return value;
}

/** As large a batch as the built-in has time for; of one image a single step where that takes long already; or why it cannot train. */
function fitBuiltin(
  network: StepNetwork,
  seed: number,
  clock: Clock,
): BuiltinSteps | (BuiltinSteps & {training: Training}) {
  const {batch} = network;
  const lacking = withBuiltins(tf, () => missingKernels(tf, tf.getBackend())).find(({op}) => op === 'conv2d');
  if (lacking) return {reason: `tfjs alone cannot train it there, for want of ${lacking.kernels.join(', ')}`};
  const single = startTraining(network, 1, seed);
  try {
    const first = builtinStep(clock, single);
    if (first > builtinMilliseconds) return {oneStep: first, ...scaledFrom(1, batch)};
    const milliseconds = Math.min(first, builtinStep(clock, single));
    const most = Math.max(1, Math.min(batch, Math.floor(builtinMilliseconds / milliseconds)));
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

/** Who served the convolutions of one step. */
function share(calls: ReadonlyMap<string, number>): StepResult['calls'] {
  const sum = (builtin: boolean) =>
    [...calls].reduce((total, [key, count]) => (key.includes('/builtin/') === builtin ? total + count : total), 0);
  return {ours: sum(false), handedOn: sum(true)};
}
