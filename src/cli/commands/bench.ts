import type {CAC} from 'cac';
import {defaultRounds} from '../../bench/options.js';
import {engineNames} from '../../engine/engineNames.js';
import {backendNames} from '../backendNames.js';
import {asTyped, type RawFlags} from '../flags.js';

/** Defines the command `bench`. Its code is loaded only when it runs. */
export function defineBench(cli: CAC): void {
  cli
    .command('bench', 'Time convolutions and their gradients against tfjs’s kernels and the machine’s peak')
    .option('--backend <names>', `tfjs backends, comma-separated: ${backendNames().join(', ')} (those without a GPU)`)
    .option('--layers <names>', 'Layers with a word in their name that begins with one of these')
    .option('--steps', 'Time training steps of whole networks, not layers; --layers then selects networks')
    .option('--small', 'Time predictions by small layers and networks without a GPU, in microseconds')
    .option('--problem <text>', 'Time this problem string instead of layers; may be repeated')
    .option('--pass <names>', 'Time only these passes: forward, backpropInput, backpropFilter')
    .option('--cases <n>', 'Time this many random layers instead')
    .option('--algorithm <name>', 'Time this algorithm; auto: the one that convgrad chooses; all: every one (auto)')
    .option('--accuracy <name>', 'Accuracy, as for install({accuracy}) (standard)')
    .option('--filters <how>', 'new: they change every call, as in training; constant: as in inference (new)')
    .option('--peer <file>', 'Module that makes native code to time too, for forward passes without a GPU')
    .option('--engine <name>', `Engine of backends without a GPU: auto, ${engineNames.join(', ')}`)
    .option('--threads <n>', 'Threads of backends without a GPU (1)')
    .option('--browser <path>', 'Path of the browser for backends that need one')
    .option('--gpu', 'Use this machine’s GPU in the browser instead of software rendering')
    .option('--rounds <n>', `Number of measurements of each row (${defaultRounds})`)
    .option('--seed <n>', 'Seed of the data (1)')
    .option('--time-budget <seconds>', 'Start no row after this time')
    .option('--json <file>', 'Write the report as JSON')
    .option('--compare <file>', 'Compare with an older report; exit code 1 if a row is slower by more than noise')
    .option('--no-color', 'No colours')
    .action(async (flags: RawFlags) => (await import('../bench.js')).runBench(asTyped(flags)));
}
