import {accessSync, constants, statSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {ConvgradError} from '../../geometry/error.js';
import {packagedChromium} from './packagedChromium.js';

export interface FoundBrowser {
  executablePath: string;
  /**
   * Where the browser comes from: `given` by option or environment, `installed` on the machine, or `packaged` in
   * @sparticuz/chromium.
   */
  origin: 'given' | 'installed' | 'packaged';
  /** Environment variables that the browser needs, besides those of this process. */
  env: Record<string, string>;
}

/** The machine that is searched; tests pass their own. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  isExecutable(file: string): boolean;
  packagedChromium(): Promise<string | undefined>;
}

export const thisMachine: Machine = {platform: process.platform, env: process.env, isExecutable, packagedChromium};

/** The advice for users if {@link findBrowser} found nothing. */
export const noBrowserAdvice =
  'no browser found; install Chrome, Chromium or Edge, name one with CONVGRAD_BROWSER=/path/to/chrome, ' +
  'or (64-bit Linux) run `npm install --save-dev @sparticuz/chromium`.';

/**
 * Finds a Chromium browser: the given one, or one on the machine, or the one inside @sparticuz/chromium. A browser on the machine
 * is preferred to the packaged one, because its user keeps it up to date and it can reach the GPU.
 *
 * @param executablePath the user's choice; defaults to the environment variable CONVGRAD_BROWSER
 * @returns undefined when there is none, see {@link noBrowserAdvice}
 * @throws ConvgradError when the given browser cannot be run; another one would not be what the user asked for
 */
export async function findBrowser(executablePath?: string, machine = thisMachine): Promise<FoundBrowser | undefined> {
  const given = executablePath ?? machine.env.CONVGRAD_BROWSER;
  if (given) {
    if (machine.isExecutable(given)) return {executablePath: given, origin: 'given', env: {}};
    throw new ConvgradError('convgrad', `the browser ${given} does not exist or is not executable.`);
  }
  const installed = installedPaths(machine).find(machine.isExecutable);
  if (installed !== undefined) return {executablePath: installed, origin: 'installed', env: {}};
  const folder = await machine.packagedChromium();
  if (folder === undefined) return undefined;
  const libraries = [join(folder, 'lib'), machine.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    executablePath: join(folder, 'chromium'),
    origin: 'packaged',
    env: {LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: folder},
  };
}

const commands = [
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];

function installedPaths({platform, env}: Machine): string[] {
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter((root) => root !== undefined);
    return ['Google/Chrome', 'Chromium', 'Microsoft/Edge'].flatMap((product) => {
      const executable = product === 'Microsoft/Edge' ? 'msedge.exe' : 'chrome.exe';
      return roots.map((root) => join(root, product, 'Application', executable));
    });
  }
  if (platform === 'darwin') {
    return ['/Applications', `${env.HOME}/Applications`].flatMap((root) =>
      ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((app) => `${root}/${app}.app/Contents/MacOS/${app}`),
    );
  }
  const folders = [
    ...(env.PATH ?? '').split(delimiter),
    '/usr/bin',
    '/usr/local/bin',
    '/snap/bin',
    '/opt/google/chrome',
  ];
  return commands.flatMap((command) => folders.filter(Boolean).map((folder) => join(folder, command)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile(); // a folder is "executable" too
  } catch {
    return false;
  }
}
