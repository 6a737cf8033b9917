import type {CAC} from 'cac';
import {servedBackends} from '../../backends/servedBackends.js';
import {defaultBackends, defaultRounds} from '../../bench/options.js';
import {engineNames} from '../../engine/engineNames.js';
import {asTyped, type RawFlags} from '../flags.js';

/** Defines the command `bench`. Its code is loaded only when it runs. */
export function defineBench(cli: CAC): void {
  cli
    .command('bench', 'Time convolutions and their gradients beside tfjs’s own and the machine’s peak')
    .option(
      '--backend <names>',
      `tfjs backends of ${servedBackends().join(', ')}, with commas (${defaultBackends.join(',')})`,
    )
    .option('--layers <names>', 'Layers with a word that begins like one of these')
    .option('--steps', 'Training steps of whole networks instead of layers; --layers then chooses networks')
    .option(
      '--small',
      'Small layers and networks that predict on cpu and wasm: microseconds of a call beside tfjs alone',
    )
    .option('--problem <text>', 'This problem string instead of layers; may be repeated')
    .option('--pass <names>', 'forward, backpropInput, backpropFilter')
    .option('--cases <n>', 'So many random layers instead')
    .option(
      '--algorithm <name>',
      'Convgrad’s algorithm; by default the one that is chosen, with all the others beside it',
    )
    .option('--accuracy <name>', 'As install({accuracy}) takes it (standard)')
    .option('--filters <how>', 'new in each call, as in training, or constant, as in a model that predicts (new)')
    .option('--peer <package>', 'Native code to time beside forward passes on cpu and wasm: onnxruntime-node')
    .option('--engine <name>', `What computes: auto, ${engineNames.join(', ')}`)
    .option('--threads <n>', 'Threads that compute (1)')
    .option('--browser <path>', 'The browser for backends of GPUs')
    .option('--gpu', 'Let the browser use the GPU of this machine instead of software rendering')
    .option('--rounds <n>', `How often every row is measured (${defaultRounds})`)
    .option('--seed <n>', 'Decides the data (1)')
    .option('--time-budget <seconds>', 'Leave out the rows that are not begun by then')
    .option('--json <file>', 'Write the report as JSON')
    .option(
      '--compare <file>',
      'An older report: exit code 1 when a row got slower by more than the noise of the rounds',
    )
    .option('--no-color', 'No colours')
    .action(async (flags: RawFlags) => (await import('../bench.js')).runBench(asTyped(flags)));
}
