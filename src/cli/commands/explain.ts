import type {CAC} from 'cac';
import {servedBackends} from '../../backends/servedBackends.js';
import {asTyped, type RawFlags} from '../flags.js';

/** Defines the command `explain`. Its code is loaded only when it runs. */
export function defineExplain(cli: CAC): void {
  cli
    .command('explain <problem>', 'Which implementation serves a convolution, why, and what it costs')
    .option('--backend <names>', `tfjs backends, with commas: ${servedBackends().join(', ')}`)
    .option('--algorithm <name>', 'As install({algorithm}) takes it (auto)')
    .option('--accuracy <name>', 'As install({accuracy}) takes it (standard)')
    .option('--json <file>', 'Write the explanation as JSON')
    .option('--no-color', 'No colours; there are none')
    .example('convgrad explain ih28iw28ic16oc32kh3kw3-same')
    .action(async (problem: string, flags: RawFlags) =>
      (await import('../explain.js')).runExplain(problem, asTyped(flags)),
    );
}
