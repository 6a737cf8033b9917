import type {Examination} from '../verify/doctor/examine.js';
import type {Progress, VerifyOptions} from '../verify/options/options.js';
import type {VerifyReport} from '../verify/report/report.js';
import type {VerifyResult} from '../verify/report/result.js';
import {inPage} from './inPage.js';
import type {PageGlobals} from './page.js';
import {Watchdog} from './watchdog.js';

/**
 * Runs `verify()` in a page of a headless browser. Results arrive through `onResults` case by case, so a crash of the page loses
 * none. The returned report contains none.
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
  const watchdog = new Watchdog({limit, signal, activity: doing});
  return inPage({browser, imports, backend: backends[0], signal, watchdog}, async (page) => {
    watchdog.heartbeat(`the run on ${backends.join(', ')} began`);
    await page.exposeFunction('convgradDoing', (text: string) => watchdog.heartbeat(text));
    await page.exposeFunction('convgradCaseDone', (results: VerifyResult[], progress: Progress) => {
      watchdog.heartbeat();
      onResults?.(results);
      onProgress?.(progress);
    });
    return page.evaluate((given) => (globalThis as unknown as PageGlobals).convgrad.run(given), rest);
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
