import {createRequire} from 'node:module';
import {join} from 'node:path';
import {ConvgradError} from '../geometry/error.js';
import {packageRoot} from './ownModules.js';

/** Packages that only some commands need, with what needs them. A project installs those that it wants. */
const needs = {
  '@tensorflow/tfjs': 'commands compare with the whole of tfjs',
  esbuild:
    'what runs in a browser, and a TypeScript module on a Node that does not read TypeScript, are bundled by esbuild',
  'playwright-core': 'a browser is run by playwright-core',
} as const;

type OptionalPackage = keyof typeof needs;

/** Whether a package is installed beside this one. */
export function isInstalled(name: string): boolean {
  try {
    createRequire(join(packageRoot, 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Advice for the user about packages that are not installed; undefined if all are. */
export function adviceToInstall(...names: OptionalPackage[]): string | undefined {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  return `${missing.map((name) => needs[name]).join('; ')}: npm install --save-dev ${missing.join(' ')}.`;
}

/** @throws ConvgradError with the advice when one of the packages is not installed */
export function requireInstalled(...names: OptionalPackage[]): void {
  const advice = adviceToInstall(...names);
  if (advice !== undefined) throw new ConvgradError('convgrad', advice);
}
