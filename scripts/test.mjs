import {pathToFileURL} from 'node:url';
import {root, runTool, StepError, say} from './step.mjs';

/**
 * Runs lint and format checks, the type check, then jest in Node and in a browser. All of them run even if one fails, so that one
 * run shows everything to repair.
 *
 * @param args `--no-browser` leaves the browser tests out; the rest goes to jest
 * @returns the exit code
 */
export async function test(args) {
  const failed = [];
  const step = async (name, code) => {
    if ((await code) !== 0) failed.push(name);
  };
  const skipBrowser = args.includes('--no-browser') || Boolean(process.env.CONVGRAD_SKIP_BROWSER);
  if (!skipBrowser) await requireBrowser();
  await step('biome check (npm run format repairs most)', runTool('@biomejs/biome/bin/biome', ['check']));
  await step('type check', runTool('typescript/bin/tsc', ['-p', 'test']));
  if (skipBrowser) say('Browser tests skipped, as requested (--no-browser or CONVGRAD_SKIP_BROWSER).');
  const jestArgs = args.filter((arg) => arg !== '--no-browser');
  // This must be last, because --selectProjects takes every following word as a project.
  if (skipBrowser) jestArgs.push('--selectProjects', 'node');
  await step('jest', runTool('jest/bin/jest.js', jestArgs));
  if (failed.length > 0) say(`npm test failed: ${failed.join(', ')}.`);
  return failed.length > 0 ? 1 : 0;
}

/** Runs the long tests alone, which {@link test} leaves out. @param args go to jest @returns the exit code */
export async function testThorough(args) {
  await requireBrowser();
  process.env.CONVGRAD_THOROUGH = '1';
  return runTool('jest/bin/jest.js', args);
}

/** Throws if there is no browser. Half of the package would then go untested, which must not look like a pass. */
async function requireBrowser() {
  const {findBrowser, noBrowserAdvice} = await import(pathToFileURL(`${root}build/cli/browser/findBrowser.js`).href);
  const advice = noBrowserAdvice.replace(/\.$/, '');
  const browser = await findBrowser().catch((error) => error);
  if (browser instanceof Error) throw new StepError(browser.message);
  if (browser === undefined)
    throw new StepError(`npm test: ${advice}; or leave the browser tests out: npm test -- --no-browser.`);
}
