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
  test('takes the browser given before any other', async () => {
    const found = await findBrowser('/opt/mine', machine('linux', ['/opt/mine', '/usr/bin/google-chrome'], packaged));
    expect(found).toEqual({executablePath: '/opt/mine', origin: 'given', env: {}});
  });

  test('takes CONVGRAD_BROWSER when no option is given, and the option when both are', async () => {
    const both = machine('linux', ['/opt/a', '/opt/b'], {env: {CONVGRAD_BROWSER: '/opt/a'}});
    expect((await findBrowser(undefined, both))?.executablePath).toBe('/opt/a');
    expect((await findBrowser('/opt/b', both))?.executablePath).toBe('/opt/b');
  });

  test('refuses to replace a browser given that cannot be run', async () => {
    await expect(findBrowser('/opt/gone', machine('linux', ['/usr/bin/chromium'], packaged))).rejects.toThrow(
      'convgrad: the browser /opt/gone is not there or not executable.',
    );
  });

  test('takes a browser on the machine before the packaged one', async () => {
    const found = await findBrowser(undefined, machine('linux', ['/home/me/bin/chromium'], packaged));
    expect(found).toEqual({executablePath: '/home/me/bin/chromium', origin: 'installed', env: {}});
  });

  test('prefers Chrome to Chromium to Edge', async () => {
    const all = ['/usr/bin/microsoft-edge', '/usr/bin/chromium', '/usr/bin/google-chrome'];
    expect((await findBrowser(undefined, machine('linux', all)))?.executablePath).toBe('/usr/bin/google-chrome');
    expect((await findBrowser(undefined, machine('linux', all.slice(0, 2))))?.executablePath).toBe('/usr/bin/chromium');
  });

  test('looks into the applications of macOS, the user’s own too', async () => {
    const chrome = '/Users/me/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    const found = await findBrowser(undefined, machine('darwin', [chrome], {env: {HOME: '/Users/me'}}));
    expect(found?.executablePath).toBe(chrome);
  });

  test('starts the packaged browser with its own libraries and fonts', async () => {
    const env = {LD_LIBRARY_PATH: '/mine'};
    expect(await findBrowser(undefined, machine('linux', [], {...packaged, env}))).toEqual({
      executablePath: '/cache/chromium-1/chromium',
      origin: 'packaged',
      env: {LD_LIBRARY_PATH: '/cache/chromium-1/lib:/mine', FONTCONFIG_PATH: '/cache/chromium-1'},
    });
  });

  test('finds nothing where there is nothing', async () => {
    expect(await findBrowser(undefined, machine('linux', []))).toBeUndefined();
    expect(await findBrowser(undefined, machine('win32', [], {env: {}}))).toBeUndefined();
  });
});
