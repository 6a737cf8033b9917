// npm run mutants -- [--only NAME…] [--backend cpu,webgl,webgpu] [--problem TEXT] [--oracle NAMES | --all-oracles] [--seed 1] [--cases 10]
//   [--json FILE] [--browser PATH]
import {assertWritable, writeAtomically} from '../../src/cli/atomicFile.js';
import type {BackendLocation} from '../../src/cli/locateBackend.js';
import {showProgress} from '../../src/cli/progress.js';
import {quietTfjs} from '../../src/cli/quietTfjs.js';
import {exitCodeOf, exitCodes, textOf, UnavailableError} from '../../src/cli/usage.js';
import {built, servedPage} from '../support/servedPage.js';
import {describeScore} from './describeScore.js';
import {type MutantFlags, readFlags} from './flags.js';
import type {MutantPage} from './page.js';
import {type MutantScore, type NamedScoreOptions, scoreNamed} from './score.js';

type PageModule = typeof import('./page.js');

const repository = new URL('../../', import.meta.url);

try {
  process.exitCode = await run(readFlags(process.argv.slice(2)));
} catch (error) {
  console.error(textOf(error));
  process.exitCode = exitCodeOf(error);
}

async function run({backends, named, options, json, browser}: MutantFlags): Promise<number> {
  if (json !== undefined) assertWritable(json, '--json');
  const {locateBackend} = await built(repository, 'locateBackend');
  await quietTfjs();
  const progress = showProgress(process.stderr);
  const scores: MutantScore[] = [];
  for (const backend of backends) {
    const where: BackendLocation = await locateBackend(backend, browser);
    if (where.place === 'nowhere') {
      if (named) throw new UnavailableError(`backend '${backend}' is not available: ${where.advice}`);
      console.error(`${backend} is left out: ${where.advice}`);
      continue;
    }
    const score = where.place === 'here' ? scoreNamed : (given: NamedScoreOptions) => scoreInPage(given, browser);
    scores.push(
      await score({
        ...{...options, backend},
        onOutcome: ({mutant}, done, total) => progress.update({backend, problem: mutant, done, total}),
      }),
    );
  }
  progress.stop();
  if (json !== undefined) writeAtomically(json, `${JSON.stringify(scores, undefined, 1)}\n`);
  console.log(scores.map((score) => describeScore(score, options.only.length > 0)).join('\n\n'));
  return scores.every(({killed, planted}) => killed === planted) ? exitCodes.good : exitCodes.mismatch;
}

async function scoreInPage({onOutcome, ...options}: NamedScoreOptions, browser?: string): Promise<MutantScore> {
  const site = await servedPage<PageModule>('test/mutants/page.ts', repository);
  const {page, call, close} = await site.open(browser);
  try {
    const shown: MutantPage['mutantJudged'] = (...outcome) => onOutcome?.(...outcome);
    await page.exposeFunction('mutantJudged', shown);
    return await call('score', options);
  } finally {
    await close();
    await site.close();
  }
}
