import type {Browser, BrowserServer, BrowserType, LaunchOptions} from 'playwright-core';
import {ConvgradError} from '../../geometry/error.js';
import {type FoundBrowser, findBrowser, noBrowserAdvice} from './findBrowser.js';

export interface BrowserOptions {
  /** A browser of the user's choice; see `findBrowser`. */
  executablePath?: string;
  /**
   * `software` (default) renders with SwiftShader: the same results on every machine, with or without a GPU. `auto` leaves
   * the choice to the browser, which takes the GPU where there is one it trusts.
   */
  gpu?: 'auto' | 'software';
}

/**
 * Launches a browser without a window. It ignores Ctrl-C, so that the caller can still ask it for partial results;
 * the caller closes it.
 *
 * @throws ConvgradError when no browser is found, or the one given cannot be run
 */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const launch = await launchOptions(options);
  return (await chromium()).launch({...launch, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false});
}

/** Launches a browser that other processes connect to, at `wsEndpoint()`. It closes by itself on Ctrl-C. */
export async function launchBrowserServer(options: BrowserOptions = {}): Promise<BrowserServer> {
  // Without a host, playwright listens on every network interface.
  return (await chromium()).launchServer({...(await launchOptions(options)), host: '127.0.0.1'});
}

/** Loaded here, because it takes longer than tfjs itself and most runs open no browser. */
async function chromium(): Promise<BrowserType> {
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
 * Besides what playwright always passes: no first-run pages, no background networking, updates or sync, and SwiftShader
 * allowed for WebGL (`--enable-unsafe-swiftshader`).
 */
function flags(gpu: 'auto' | 'software'): string[] {
  const graphics =
    gpu === 'software' ? ['--use-angle=swiftshader', '--use-webgpu-adapter=swiftshader'] : ['--ignore-gpu-blocklist'];
  return ['--disable-quic', '--enable-unsafe-webgpu', ...graphics];
}

/**
 * Chromium's sandbox refuses to start as root on Linux, and the packaged browser is built without the helper that the
 * sandbox needs. The pages shown are this package's own and the user's, never the web's.
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
