import type {CAC} from 'cac';
import {backendNames} from '../backendNames.js';
import {asTyped, type RawFlags} from '../flags.js';

/** Defines the command `doctor`. Its code is loaded only when it runs. */
export function defineDoctor(cli: CAC): void {
  cli
    .command('doctor', 'Test tfjs here: show what it gets wrong and what convgrad repairs')
    .option('--backend <names>', `tfjs backends, comma-separated: ${backendNames().join(', ')}`)
    .option('--json <file>', 'Write the results as JSON, with full error messages')
    .option('--browser <path>', 'Path of the browser for backends that need one')
    .option('--no-color', 'No effect: the output has no colours')
    .action(async (flags: RawFlags) => (await import('../doctor.js')).runDoctor(asTyped(flags)));
}
