import type {CAC} from 'cac';
import {mutantBackends} from '../../verify/mutants/mutantBackends.js';
import {asTyped, type RawFlags} from '../flags.js';

/** Defines the command `mutants`. Its code is loaded only when it runs. */
export function defineMutants(cli: CAC): void {
  cli
    .command('mutants', 'Plant mistakes in kernels, shaders and dBias, and see who finds them: the verifier’s own test')
    .option('--backend <names>', `tfjs backends, with commas: ${mutantBackends.join(', ')}`)
    .option('--seed <n>', 'Decides the random problems and all data (1)')
    .option('--cases <n>', 'Random problems beside the small edge cases, on cpu (10)')
    .option('--json <file>', 'Write the scores as JSON')
    .option('--browser <path>', 'The browser for webgl')
    .option('--no-color', 'No colours; there are none')
    .action(async (flags: RawFlags) => (await import('../mutants.js')).runMutants(asTyped(flags)));
}
