import {ConvgradError} from '../geometry/error.js';

/** The flags of a command as cac parses them. */
export type RawFlags = Readonly<Record<string, unknown>>;

/**
 * Restores flag values as the user typed them. cac converts anything that looks like a number: a file '007' would become '7', and
 * an empty value 0. A repeated flag has an array of values.
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

/** The single value of a flag. @throws ConvgradError when the flag is repeated or has no value */
export function single(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw new ConvgradError(flagName(name), `is given ${value.length} times; give it once.`);
  if (value === '') throw new ConvgradError(flagName(name), 'needs a value.');
  return String(value);
}

/** Converts to a number. Text that is no number stays text, so that the check of the options can quote it. */
export function numeric(text: string): number {
  const value = Number(text);
  return Number.isNaN(value) ? (text as unknown as number) : value;
}

/** The values of a flag that may be repeated. */
export function words(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** The values of a flag that may be repeated or have several values separated by commas, without duplicates. */
export function list(value: unknown): string[] {
  return [...new Set(words(value).flatMap((word) => word.split(',').map((name) => name.trim())))];
}

/** The flag as the user types it; cac calls `--time-budget` timeBudget. */
function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
