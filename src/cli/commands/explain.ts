import type {CAC} from 'cac';
import {backendNames} from '../backendNames.js';
import {asTyped, type RawFlags} from '../flags.js';

/** Defines the command `explain`. Its code is loaded only when it runs. */
export function defineExplain(cli: CAC): void {
  cli
    .command('explain <problem>', 'Show which implementation serves a convolution, why, and what it costs')
    .option('--backend <names>', `tfjs backends, comma-separated: ${backendNames().join(', ')}`)
    .option('--algorithm <name>', 'Algorithm, as for install({algorithm}) (auto)')
    .option('--accuracy <name>', 'Accuracy, as for install({accuracy}) (standard)')
    .option('--json <file>', 'Write the explanation as JSON')
    .option('--no-color', 'No effect: the output has no colours')
    .example('convgrad explain ih28iw28ic16oc32kh3kw3-same')
    .action(async (problem: string, flags: RawFlags) =>
      (await import('../explain.js')).runExplain(problem, asTyped(flags)),
    );
}
