import type {Browser, BrowserServer, BrowserType, LaunchOptions} from 'playwright-core';
import {ConvgradError} from '../../geometry/error.js';
import {requireInstalled} from '../optionalPackages.js';
import {type FoundBrowser, findBrowser, noBrowserAdvice} from './findBrowser.js';

export interface BrowserOptions {
  /** The path of a browser of the user's choice; see `findBrowser`. */
  executablePath?: string;
  /**
   * `software` (default) renders with SwiftShader, with the same results on every machine, with or without a GPU. `auto` leaves
   * the choice to the browser, which uses a GPU that it trusts.
   */
  gpu?: 'auto' | 'software';
}

/**
 * Launches a headless browser, which the caller closes. It ignores Ctrl-C, so that the caller can still ask it for partial
 * results.
 *
 * @throws ConvgradError when no browser is found, or the given one cannot be run
 */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const launch = await launchOptions(options);
  return (await chromium()).launch({...launch, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false});
}

/** Launches a browser that other processes can connect to, at `wsEndpoint()`. It closes by itself on Ctrl-C. */
export async function launchBrowserServer(options: BrowserOptions = {}): Promise<BrowserServer> {
  // Without a host, playwright would listen on every network interface.
  return (await chromium()).launchServer({...(await launchOptions(options)), host: '127.0.0.1'});
}

/** playwright is loaded only here, because it takes longer than tfjs itself and most runs open no browser. */
async function chromium(): Promise<BrowserType> {
  requireInstalled('playwright-core');
  return (await import('playwright-core')).chromium;
}

async function launchOptions({executablePath, gpu = 'software'}: BrowserOptions): Promise<LaunchOptions> {
  const browser = await findBrowser(executablePath);
  if (browser === undefined) throw new ConvgradError('convgrad', noBrowserAdvice);
  return {
    executablePath: browser.executablePath,
    env: {...definedEnvironment(), ...browser.env},
    args: [...flags(gpu), ...(browser.origin === 'packaged' ? ['--no-zygote'] : [])],
    chromiumSandbox: canSandbox(browser),
  };
}

/**
 * The browser's flags. playwright adds its own: no first-run pages, no background networking, updates or sync, and SwiftShader
 * allowed for WebGL (`--enable-unsafe-swiftshader`).
 */
function flags(gpu: 'auto' | 'software'): string[] {
  const graphics =
    gpu === 'software' ? ['--use-angle=swiftshader', '--use-webgpu-adapter=swiftshader'] : ['--ignore-gpu-blocklist'];
  return ['--disable-quic', '--enable-unsafe-webgpu', ...graphics];
}

/**
 * Whether to use Chromium's sandbox. It refuses to start as root on Linux, and the packaged browser lacks the helper that it
 * needs. The browser only shows pages of this package and of the user, never of the web.
 */
function canSandbox(browser: FoundBrowser): boolean {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return !isRoot && browser.origin !== 'packaged';
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
