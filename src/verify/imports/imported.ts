import {passes} from '../../geometry/pass.js';
import {passOf} from '../../plugin/kernels.js';
import {backendOf} from '../../plugin/tfjsRegistries.js';
import type {ReportedOptions} from '../options/options.js';
import type {CallCounts} from './countCalls.js';
import {gradientTitle, isEmpty, kernelTitle, type Registrations} from './registrations.js';

/** The name of a user's kernels in reports and options. */
export const importedName = 'imported';
/** The name of a user's gradients in reports and options. */
export const importedGradientName = 'imported-gradient';

export const importedNames: readonly string[] = [importedName, importedGradientName];

/** What a user's modules registered. It is set aside until a target puts it in place. */
export interface Imported {
  /** The registrations, with functions that count their calls. */
  registrations: Registrations;
  /** The calls so far, by title. */
  calls: CallCounts;
}

/** The algorithm names under which these registrations are judged. */
export function namesOf({kernels, gradients}: Registrations): string[] {
  return [...(kernels.length > 0 ? [importedName] : []), ...(gradients.length > 0 ? [importedGradientName] : [])];
}

/** How often one registration of a module was called in a run. */
export interface ImportedCalls {
  /** `Conv2D on cpu`, or `the gradient of Conv2D`. */
  title: string;
  calls: number;
  /** Whether the options include it. A run that includes it and never called it has not judged it. */
  asked: boolean;
}

/** The calls in a run of those registrations that concern its backends. */
export function importedCalls({registrations, calls}: Imported, options: ReportedOptions): ImportedCalls[] {
  if (isEmpty(registrations)) return [];
  const {backends, algorithms} = options;
  const judges = (name: string) => algorithms.length === 0 || algorithms.includes(name);
  const row = (title: string, asked: boolean) => ({title, calls: calls.get(title) ?? 0, asked});
  return [
    ...registrations.kernels
      .filter(({key}) => backends.includes(backendOf(key)))
      .map(({key, config}) => row(kernelTitle(key), judges(importedName) && isKernelAsked(config.kernelName, options))),
    ...registrations.gradients.map(({key}) =>
      row(gradientTitle(key), judges(importedGradientName) && isGradientAsked(key, options)),
    ),
  ];
}

function isKernelAsked(kernelName: string, options: ReportedOptions): boolean {
  const found = passOf(kernelName);
  if (!found) return options.problems.length === 0;
  return options.passes.includes(found.pass) && isKindAsked(found.kind, options);
}

function isGradientAsked(kernelName: string, options: ReportedOptions): boolean {
  const found = passOf(kernelName);
  if (!found) return options.problems.length === 0;
  const {passes: asked, oracles, fills} = options;
  const isReached =
    found.pass === 'forward'
      ? passes.some((pass) => pass !== 'forward' && asked.includes(pass))
      : asked.includes(found.pass) && oracles.includes('secondOrder') && fills.includes('integers');
  return isReached && isKindAsked(found.kind, options);
}

function isKindAsked(kind: string, {problems}: ReportedOptions): boolean {
  return (
    problems.length === 0 ||
    problems.some((problem) => problem.split('-').includes('depthwise') === (kind === 'depthwise'))
  );
}
