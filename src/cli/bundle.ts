import {existsSync} from 'node:fs';
import {relative, resolve} from 'node:path';
import type {BuildOptions, Message} from 'esbuild';
import {ConvgradError} from '../geometry/error.js';

/**
 * Bundles with esbuild and returns the one file of output as text.
 *
 * @param options what to bundle; nothing is written to disk
 * @throws ConvgradError with the file, line and column of the first problem, for a person to read without a stack
 */
export async function bundle(options: BuildOptions): Promise<string> {
  // Loaded here, because most commands never bundle anything and esbuild starts a process of its own.
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

/** @throws ConvgradError when a module that was asked for by path is not there */
export function assertFilesExist(files: readonly string[]): void {
  for (const file of files) {
    if (!existsSync(file)) throw new ConvgradError('convgrad', `there is no file ${file}.`);
  }
}

function describe(problems: readonly Message[]): string {
  const {text, location} = problems[0]!;
  // esbuild counts columns from 0 and editors from 1.
  const place = location ? `${shortest(location.file)}:${location.line}:${location.column + 1}: ` : '';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${place}${text}${more}`;
}

/** esbuild names files from the working directory, which turns distant ones into chains of `../`. */
function shortest(file: string): string {
  return relative('', file).startsWith('..') ? resolve(file) : file;
}
