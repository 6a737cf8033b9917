import type {CAC} from 'cac';
import {engineNames} from '../../engine/engineNames.js';
import {fills} from '../../verify/data/fill.js';
import {defaultCases} from '../../verify/options/options.js';
import {oracleNames} from '../../verify/oracles/oracle.js';
import {provenanceNames} from '../../verify/provenance/names.js';
import {backendNames} from '../backendNames.js';
import {asTyped, type RawFlags} from '../flags.js';
import {regressionsFile} from '../regressionsFile.js';

/** Defines the command `verify`. Its code is loaded only when it runs. */
export function defineVerify(cli: CAC): void {
  cli
    .command('verify', 'Check convolutions and their gradients against the definition and tfjs’s kernels')
    .option('--backend <names>', `tfjs backends, comma-separated: ${backendNames().join(', ')}`)
    .option('--cases <n>', `Number of random problems, after the edge cases and named layers (${defaultCases})`)
    .option('--seed <n>', 'Seed of the random problems and of all data (1)')
    .option('--thorough', 'Run every check in full; else a run of all algorithms samples what costs most')
    .option('--time-budget <seconds>', 'Run random problems until this time is up; edge cases and layers always run')
    .option('--problem <text>', 'Verify only this problem string; may be repeated')
    .option('--algorithm <names>', 'Verify only these algorithms')
    .option('--pass <names>', 'Verify only these passes: forward, backpropInput, backpropFilter')
    .option('--fill <names>', `Verify only these fills: ${fills.join(', ')}`)
    .option(
      '--provenance <names>',
      `Where tensors come from, one name for all or three for x,filter,dy: ${provenanceNames.join(', ')}`,
    )
    .option('--oracle <names>', `Run only these oracles: ${oracleNames.join(', ')}`)
    .option('--engine <name>', `Engine of backends without a GPU: auto, ${engineNames.join(', ')}`)
    .option('--threads <n>', 'Threads of backends without a GPU; they share every piece of work, however small')
    .option('--flag <NAME=VALUE>', 'Set a flag of tfjs, such as WEBGL_PACK=false; may be repeated')
    .option('--f16', 'Keep tensors in float16 textures where a backend can, as many phones do')
    .option('--import <file>', 'Verify what this module defines or registers: algorithms, kernels; may be repeated')
    .option('--limit <seconds>', 'End the run when a module or problem shows no sign of life for this long (300)')
    .option('--details', 'Show every algorithm, every reason for a skip and every failure')
    .option('--json <file>', 'Write the report as JSON')
    .option('--junit <file>', 'Write the report as JUnit XML, for CI servers')
    .option('--html <file>', 'Write the report as an HTML page, with heatmaps of what failed')
    .option('--no-regressions', `Do not run or save failed problems in ${regressionsFile}`)
    .option('--no-diagnosis', 'Do not shrink or explain failures')
    .option('--bail', 'Stop at the first failure')
    .option('--browser <path>', 'Path of the browser for backends that need one')
    .option('--no-color', 'No colours')
    .action(async (flags: RawFlags) => (await import('../verify.js')).runVerify(asTyped(flags)));
}
