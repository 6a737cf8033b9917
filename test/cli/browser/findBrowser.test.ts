import {findBrowser, type Machine} from '../../../src/cli/browser/findBrowser.js';

/** A machine on which exactly these files can be run. */
function machine(platform: NodeJS.Platform, executables: string[], rest: Partial<Machine> = {}): Machine {
  return {
    platform,
    env: {PATH: '/home/me/bin:/usr/bin'},
    isExecutable: (file) => executables.includes(file),
    packagedChromium: async () => undefined,
    ...rest,
  };
}

const packaged = {packagedChromium: async () => '/cache/chromium-1'};

describe('findBrowser', () => {
  test('prefers the given browser', async () => {
    const found = await findBrowser('/opt/mine', machine('linux', ['/opt/mine', '/usr/bin/google-chrome'], packaged));
    expect(found).toEqual({executablePath: '/opt/mine', origin: 'given', env: {}});
  });

  test('uses CONVGRAD_BROWSER unless the option is given', async () => {
    const both = machine('linux', ['/opt/a', '/opt/b'], {env: {CONVGRAD_BROWSER: '/opt/a'}});
    expect((await findBrowser(undefined, both))?.executablePath).toBe('/opt/a');
    expect((await findBrowser('/opt/b', both))?.executablePath).toBe('/opt/b');
  });

  test('throws if the given browser cannot be run', async () => {
    await expect(findBrowser('/opt/gone', machine('linux', ['/usr/bin/chromium'], packaged))).rejects.toThrow(
      'convgrad: the browser /opt/gone does not exist or is not executable.',
    );
  });

  test('prefers an installed browser to the packaged one', async () => {
    const found = await findBrowser(undefined, machine('linux', ['/home/me/bin/chromium'], packaged));
    expect(found).toEqual({executablePath: '/home/me/bin/chromium', origin: 'installed', env: {}});
  });

  test('prefers Chrome to Chromium to Edge', async () => {
    const all = ['/usr/bin/microsoft-edge', '/usr/bin/chromium', '/usr/bin/google-chrome'];
    expect((await findBrowser(undefined, machine('linux', all)))?.executablePath).toBe('/usr/bin/google-chrome');
    expect((await findBrowser(undefined, machine('linux', all.slice(0, 2))))?.executablePath).toBe('/usr/bin/chromium');
  });

  test('searches the applications folders of macOS, including that of the user', async () => {
    const chrome = '/Users/me/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    const found = await findBrowser(undefined, machine('darwin', [chrome], {env: {HOME: '/Users/me'}}));
    expect(found?.executablePath).toBe(chrome);
  });

  test('gives the packaged browser its own libraries and fonts', async () => {
    const env = {LD_LIBRARY_PATH: '/mine'};
    expect(await findBrowser(undefined, machine('linux', [], {...packaged, env}))).toEqual({
      executablePath: '/cache/chromium-1/chromium',
      origin: 'packaged',
      env: {LD_LIBRARY_PATH: '/cache/chromium-1/lib:/mine', FONTCONFIG_PATH: '/cache/chromium-1'},
    });
  });

  test('returns undefined on a machine without browsers', async () => {
    expect(await findBrowser(undefined, machine('linux', []))).toBeUndefined();
    expect(await findBrowser(undefined, machine('win32', [], {env: {}}))).toBeUndefined();
  });
});
