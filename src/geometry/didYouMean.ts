import {ConvgradError} from './error.js';

/** Algorithms and options that had another name in an earlier version: the new name by the old one. */
const formerNames: Readonly<Record<string, string>> = {
  gather: 'implicitGemm',
  quads: 'channelPacked',
  texels: 'packed2x2',
  windows: 'channelPackedDirect',
};

/**
 * Suggests the known name that was probably meant: ` (did you mean 'pad'?)`, or ` (now called 'implicitGemm')` for a former name.
 * @returns the empty string if no known name is similar
 */
export function didYouMean(name: string, known: readonly string[]): string {
  const renamed = Object.hasOwn(formerNames, name) ? formerNames[name] : undefined;
  if (renamed !== undefined && known.includes(renamed)) return ` (now called '${renamed}')`;
  const asked = plain(name);
  const [best] = known
    .map((word) => ({word, distance: distanceTo(asked, plain(word))}))
    .filter(({word, distance}) => distance <= Math.floor(Math.max(asked.length, word.length) / 4))
    .sort((a, b) => a.distance - b.distance);
  return best ? ` (did you mean '${best.word}'?)` : '';
}

/** Returns the names of an interface's fields. The compiler checks that none is missing. */
export function keysOf<T>(keys: Record<keyof T, true>): readonly string[] {
  return Object.keys(keys);
}

/**
 * @param options what the user passed: an object, or nothing
 * @throws ConvgradError on a name that is not known
 */
export function refuseUnknown(functionName: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) return;
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConvgradError(
    functionName,
    `unknown option '${unknown}'${didYouMean(unknown, known)}; use ${known.join(', ')}.`,
  );
}

/**
 * Like {@link refuseUnknown}, for objects that may have additional fields, such as helpers of their functions.
 * @throws ConvgradError on a name that is similar to a known one
 */
export function refuseMisspelt(functionName: string, object: object, known: readonly string[]): void {
  for (const name of Object.keys(object)) {
    const meant = known.includes(name) ? '' : didYouMean(name, known);
    if (meant !== '')
      throw new ConvgradError(functionName, `unknown field '${name}'${meant}; use ${known.join(', ')}.`);
  }
}

/** Case and separators do not matter. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The number of letters that are added, dropped, changed or swapped with their neighbour; 1 if one word begins with the other. */
function distanceTo(a: string, b: string): number {
  if (Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a))) return a === b ? 0 : 1;
  let [before, last] = [[] as number[], Array.from({length: b.length + 1}, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : changed;
      row.push(Math.min(last[j] + 1, row[j - 1] + 1, changed, swapped));
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}
