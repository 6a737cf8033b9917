import {servedBackends} from '../backends/servedBackends.js';
import {ConvgradError} from '../geometry/error.js';
import {UnavailableError} from './usage.js';

/** The flags of a command as cac parses them. */
export type RawFlags = Readonly<Record<string, unknown>>;

/**
 * cac reads what looks like a number as one: a file '007' would become '7', and nothing at all 0. Gives the values back as they were typed;
 * a flag that came twice has an array of them.
 */
export function asTyped(flags: RawFlags, argv: readonly string[] = process.argv): RawFlags {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) => {
      if (typeof value === 'boolean') return [name, value];
      const flag = flagName(name);
      const typed = argv.flatMap((word, i) => {
        if (word === flag) return [argv[i + 1] ?? ''];
        return word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : [];
      });
      return [name, typed.length === 0 ? value : typed.length === 1 ? typed[0] : typed];
    }),
  );
}

/** The one value of a flag. @throws ConvgradError when it came twice, or without a value */
export function single(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw new ConvgradError(flagName(name), `is given ${value.length} times; give it once.`);
  if (value === '') throw new ConvgradError(flagName(name), 'needs a value.');
  return String(value);
}

/** A number, or the text itself where it is none: what checks the options quotes it. */
export function numeric(text: string): number {
  const value = Number(text);
  return Number.isNaN(value) ? (text as unknown as number) : value;
}

/** The values of a flag that may be repeated. */
export function words(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** The values of a flag that may be repeated or hold several with commas. */
export function list(value: unknown): string[] {
  return [...new Set(words(value).flatMap((word) => word.split(',').map((name) => name.trim())))];
}

/** The backends that come with tfjs. */
const tfjsBackends: readonly string[] = ['cpu', 'wasm', 'webgl', 'webgpu', 'tensorflow'];

/** @throws UnavailableError when one of the backends is tfjs's, and convgrad has no kernels for it yet */
export function assertServed(backends: readonly string[]): void {
  const unserved = backends.find((backend) => tfjsBackends.includes(backend) && !servedBackends().includes(backend));
  if (unserved === undefined) return;
  throw new UnavailableError(
    `backend '${unserved}' is not available: convgrad has no kernels for it yet; use ${servedBackends().join(', ')}.`,
  );
}

/** A flag as it is typed: cac calls `--time-budget` timeBudget. */
function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
