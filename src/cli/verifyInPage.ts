import type {MutantScore, ScoreOptions} from '../verify/mutants/score.js';
import type {Progress, VerifyOptions} from '../verify/options.js';
import type {PageGlobals} from '../verify/page.js';
import type {VerifyReport} from '../verify/report.js';
import type {VerifyResult} from '../verify/result.js';
import type {Examination} from '../verify/sideBySide/examine.js';
import {inPage} from './inPage.js';

/**
 * Runs `verify()` in a page of a browser without a window. Results come out through `onResults` case by case, so that a
 * crash of the page loses none; the report that is returned has none.
 *
 * @throws like {@link inPage}
 */
export function verifyInPage(options: VerifyOptions, browser?: string): Promise<VerifyReport> {
  const {subject: _, registered: __, signal, onProgress, onResults, ...rest} = options;
  return inPage({browser, imports: options.imports, backend: options.backends?.[0], signal}, async (page) => {
    await page.exposeFunction('convgradCaseDone', (results: VerifyResult[], progress: Progress) => {
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
