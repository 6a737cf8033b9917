import type {CAC} from 'cac';
import {servedBackends} from '../../backends/servedBackends.js';
import {engineNames} from '../../engine/engineNames.js';
import {fills} from '../../verify/data/fill.js';
import {brokenSetups, defaultCases} from '../../verify/options/options.js';
import {oracleNames} from '../../verify/oracles/oracle.js';
import {provenanceNames} from '../../verify/provenance/names.js';
import {asTyped, type RawFlags} from '../flags.js';
import {regressionsFile} from '../regressionsFile.js';

/** Defines the command `verify`. Its code is loaded only when it runs. */
export function defineVerify(cli: CAC): void {
  cli
    .command('verify', 'Hold convolutions and their gradients against the definition and against tfjs’s own')
    .option('--backend <names>', `tfjs backends, with commas: ${servedBackends().join(', ')}`)
    .option('--cases <n>', `Random problems beside the edge cases and named layers (${defaultCases})`)
    .option('--seed <n>', 'Decides the random problems and all data (1)')
    .option('--time-budget <seconds>', 'Random problems until the time is used; edge cases and layers come first')
    .option('--problem <text>', 'Verify this problem string only; may be repeated')
    .option('--algorithm <names>', 'Verify these algorithms only')
    .option('--pass <names>', 'forward, backpropInput, backpropFilter')
    .option('--fill <names>', fills.join(', '))
    .option(
      '--provenance <names>',
      `Where tensors come from, one of these or three for x,filter,dy: ${provenanceNames.join(', ')}`,
    )
    .option('--oracle <names>', oracleNames.join(', '))
    .option('--engine <name>', `What computes on cpu and wasm: auto, ${engineNames.join(', ')}`)
    .option('--threads <n>', 'Threads on cpu and wasm, which then share all work, however small')
    .option('--flag <NAME=VALUE>', 'A flag of tfjs, such as WEBGL_PACK=false; may be repeated')
    .option('--f16', 'Keep webgl’s tensors in float16 textures, as many phones do')
    .option('--import <file>', 'A module that defines algorithms or registers kernels: verify those; may be repeated')
    .option('--limit <seconds>', 'End a run whose module or problem gives no sign of life for so long (300)')
    .option('--json <file>', 'Write the report as JSON')
    .option('--junit <file>', 'Write the report as JUnit XML, for CI servers')
    .option('--html <file>', 'Write the report as one page, with heatmaps of what failed')
    .option('--no-regressions', `Neither begin with the problems in ${regressionsFile} nor add those that fail`)
    .option('--no-diagnosis', 'Neither shrink nor explain what failed')
    .option('--bail', 'Stop at the first failure')
    .option('--browser <path>', 'The browser for webgl')
    .option('--broken-setup <how>', `Prove that a run can fail: ${brokenSetups.join(', ')}`)
    .option('--no-color', 'No colours')
    .action(async (flags: RawFlags) => (await import('../verify.js')).runVerify(asTyped(flags)));
}
