import type {CAC} from 'cac';
import {servedBackends} from '../../backends/servedBackends.js';
import {asTyped, type RawFlags} from '../flags.js';

/** Defines the command `doctor`. Its code is loaded only when it runs. */
export function defineDoctor(cli: CAC): void {
  cli
    .command('doctor', 'What is here, what tfjs does wrong on it, tried just now, and what convgrad makes of that')
    .option('--backend <names>', `tfjs backends, with commas: ${servedBackends().join(', ')}`)
    .option('--json <file>', 'Write everything as JSON, errors in full')
    .option('--browser <path>', 'The browser for webgl')
    .option('--no-color', 'No colours; there are none')
    .action(async (flags: RawFlags) => (await import('../doctor.js')).runDoctor(asTyped(flags)));
}
