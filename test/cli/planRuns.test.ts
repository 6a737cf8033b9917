import '@tensorflow/tfjs';
import {planBench} from '../../src/cli/benchRuns.js';
import {findBrowser} from '../../src/cli/browser/findBrowser.js';
import {importBackend} from '../../src/cli/importBackend.js';
import {planRuns} from '../../src/cli/planRuns.js';
import {UnavailableError} from '../../src/cli/usage.js';

jest.mock('../../src/cli/importBackend', () => ({
  ...jest.requireActual<object>('../../src/cli/importBackend'),
  importBackend: jest.fn(),
}));
jest.mock('../../src/cli/browser/findBrowser', () => ({findBrowser: jest.fn(), noBrowserAdvice: 'get a browser.'}));

const both = {backends: ['cpu', 'webgl'], algorithms: []};
const asked = {named: false, browser: undefined};
const aBrowser = (found: boolean) =>
  jest
    .mocked(findBrowser)
    .mockResolvedValue(found ? {executablePath: '/chrome', origin: 'installed', env: {}} : undefined);
const planned = async (...args: Parameters<typeof planRuns>) => {
  const {runs, notes} = await planRuns(...args);
  return {backends: runs.map(({backend}) => backend), notes};
};

test('cpu runs in Node, webgl in a browser', async () => {
  aBrowser(true);
  expect(await planned(both, asked)).toEqual({backends: ['cpu', 'webgl'], notes: []});
});

test('without a browser, webgl is skipped with a note, or is an error if requested', async () => {
  aBrowser(false);
  expect(await planned(both, asked)).toEqual({backends: ['cpu'], notes: ['webgl is not checked: get a browser.']});
  await expect(planned(both, {...asked, named: true})).rejects.toThrow(UnavailableError);
});

test('a backend that runs none of the algorithms is skipped with a note', async () => {
  aBrowser(true);
  expect(await planned({...both, algorithms: ['im2col']}, asked)).toEqual({
    backends: ['cpu'],
    notes: ['webgl is not checked: it does not run im2col.'],
  });
});

test('wasm runs in Node if its package is installed; otherwise advice names the package', async () => {
  aBrowser(true);
  const wasm = {backends: ['wasm'], algorithms: []};
  jest.mocked(importBackend).mockResolvedValue(true);
  expect(await planned(wasm, {...asked, named: true})).toEqual({backends: ['wasm'], notes: []});
  jest.mocked(importBackend).mockResolvedValue(false);
  const advice = '@tensorflow/tfjs-backend-wasm is not installed here; run npm install @tensorflow/tfjs-backend-wasm.';
  expect(await planned(wasm, asked)).toEqual({backends: [], notes: [`wasm is not checked: ${advice}`]});
  const named = planned(wasm, {...asked, named: true});
  await expect(named).rejects.toThrow(UnavailableError);
  await expect(named).rejects.toThrow(`backend 'wasm' is not available: ${advice}`);
});

test('bench plans its runs the same way', async () => {
  const plan = async (named: boolean) => (await planBench(both, {named, page: {}})).map(({backend}) => backend);
  aBrowser(true);
  expect(await plan(true)).toEqual(['cpu', 'webgl']);
  aBrowser(false);
  await expect(plan(true)).rejects.toThrow(new UnavailableError("backend 'webgl' is not available: get a browser."));
  const noted = jest.spyOn(console, 'error').mockImplementation(() => {});
  expect(await plan(false)).toEqual(['cpu']);
  expect(noted).toHaveBeenCalledWith('webgl is not timed: get a browser.');
});
