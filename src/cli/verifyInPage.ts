import type {MutantScore, ScoreOptions} from '../verify/mutants/score.js';
import type {Progress, VerifyOptions} from '../verify/options.js';
import type {PageGlobals} from '../verify/page.js';
import type {VerifyReport} from '../verify/report.js';
import type {VerifyResult} from '../verify/result.js';
import type {Examination} from '../verify/sideBySide/examine.js';
import {inPage} from './inPage.js';
import {Watchdog} from './watchdog.js';

/**
 * Runs `verify()` in a page of a browser without a window. Results come out through `onResults` case by case, so that a
 * crash of the page loses none; the report that is returned has none.
 *
 * @throws like {@link inPage}
 */
export function verifyInPage(
  options: VerifyOptions,
  {browser, limit}: {browser?: string | undefined; limit: number},
): Promise<VerifyReport> {
  const {subject: _, registered: __, signal, onProgress, onResults, onRun: ___, ...rest} = options;
  const {imports = [], backends = []} = options;
  const doing = imports.length > 0 ? `${imports.join(', ')} was loaded in the page` : 'the page was loaded';
  const dog = new Watchdog({limit, signal, doing});
  return inPage({browser, imports, backend: backends[0], signal, dog}, async (page) => {
    dog.hear(`the run on ${backends.join(', ')} began`);
    await page.exposeFunction('convgradDoing', (text: string) => dog.hear(text));
    await page.exposeFunction('convgradCaseDone', (results: VerifyResult[], progress: Progress) => {
      dog.hear();
      onResults?.(results);
      onProgress?.(progress);
    });
    return page.evaluate((given) => (globalThis as unknown as PageGlobals).convgrad.run(given), rest);
  });
}

/** Runs `scoreMutants()` in such a page. @throws like {@link inPage} */
export function scoreInPage(options: ScoreOptions, browser?: string): Promise<MutantScore> {
  const {signal, onFate, ...rest} = options;
  return inPage({browser, backend: options.backend, signal}, async (page) => {
    await page.exposeFunction('convgradFate', (...fate: Parameters<NonNullable<typeof onFate>>) => onFate?.(...fate));
    return page.evaluate((given) => (globalThis as unknown as PageGlobals).convgrad.score(given), rest);
  });
}

/** Runs `examine()` in such a page. @throws like {@link inPage} */
export function examineInPage(
  backend: string,
  onOutcome: (done: number) => void,
  browser?: string,
): Promise<Examination> {
  return inPage({browser, backend}, async (page) => {
    await page.exposeFunction('convgradOutcome', onOutcome);
    return page.evaluate((name) => (globalThis as unknown as PageGlobals).convgrad.examine(name), backend);
  });
}
