import {existsSync} from 'node:fs';
import {relative, resolve} from 'node:path';
import type {BuildOptions, Message} from 'esbuild';
import {ConvgradError} from '../geometry/error.js';
import {requireInstalled} from './optionalPackages.js';

/**
 * Bundles with esbuild, writes nothing to disk, and returns the single output file as text.
 *
 * @param options esbuild's options for this bundle
 * @throws ConvgradError with the file, line and column of the first problem, in a message for users, and when esbuild is not installed
 */
export async function bundle(options: BuildOptions): Promise<string> {
  requireInstalled('esbuild');
  // esbuild is loaded only here, because most commands never bundle and it starts a process of its own.
  const {build} = await import('esbuild');
  try {
    const {outputFiles} = await build({bundle: true, format: 'esm', logLevel: 'silent', ...options, write: false});
    return outputFiles[0]!.text;
  } catch (error) {
    const problems = (error as {errors?: Message[]}).errors;
    const isOurs = problems?.some(({detail}) => detail instanceof Error); // thrown by a plugin of this package
    if (problems === undefined || problems.length === 0 || isOurs) throw error;
    throw new ConvgradError('convgrad', describe(problems));
  }
}

/** Checks module paths. @throws ConvgradError when one of the files does not exist */
export function assertFilesExist(files: readonly string[]): void {
  for (const file of files) {
    if (!existsSync(file)) throw new ConvgradError('convgrad', `there is no file ${file}.`);
  }
}

function describe(problems: readonly Message[]): string {
  const {text, location} = problems[0]!;
  // esbuild counts columns from 0, editors from 1.
  const place = location ? `${shortest(location.file)}:${location.line}:${location.column + 1}: ` : '';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${place}${text}${more}`;
}

/** Shortens a path. esbuild names files relative to the working directory, so distant files get long chains of `../`. */
function shortest(file: string): string {
  return relative('', file).startsWith('..') ? resolve(file) : file;
}
