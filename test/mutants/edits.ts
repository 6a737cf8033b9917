import {ConvgradError} from '../../src/geometry/error.js';

/** A text in a shader, and the text that a mutant puts in its place. Where numbers vary, the first is a pattern without groups. */
export type Edit = readonly [from: string | RegExp, to: string];

/** The text that a mutant replaces is absent: its mistake belongs in other shaders. */
export class AbsentText extends ConvgradError {}

/** Makes the first mistake, or the second one if the first finds no text to replace. */
export function either<Args extends unknown[], Spoiled>(
  first: (...args: Args) => Spoiled,
  second: (...args: Args) => Spoiled,
): (...args: Args) => Spoiled {
  return (...args) => {
    try {
      return first(...args);
    } catch (error) {
      if (error instanceof AbsentText) return second(...args);
      throw error;
    }
  };
}

/** Returns true, or why there is nothing to spoil. @param plant makes the text with the mistake */
export function isThere(plant: () => unknown): true | string {
  try {
    plant();
    return true;
  } catch (error) {
    if (error instanceof AbsentText) return error.message;
    throw error;
  }
}

/**
 * Replaces a text in a shader. The text must occur exactly once, so that no change of a shader makes a mutant correct.
 *
 * @param shader whose text it is, for errors
 * @throws AbsentText when the text does not occur, ConvgradError when it occurs more than once
 */
export function replaceOnce(code: string, [from, to]: Edit, shader: string): string {
  const pieces = code.split(from);
  const times = pieces.length - 1;
  if (times === 1) return pieces.join(to);
  const Complaint = times === 0 ? AbsentText : ConvgradError;
  throw new Complaint('mutants', `${shader} holds '${from}' ${times}×; a mutant replaces what stands there once.`);
}

/** Replaces a text in all shaders that hold it, wherever it occurs. At least one must. @throws AbsentText when there is none */
export function replaceAll(codes: readonly string[], [from, to]: readonly [string, string], shaders: string): string[] {
  if (codes.some((code) => code.includes(from))) return codes.map((code) => code.replaceAll(from, to));
  throw new AbsentText('mutants', `${shaders} holds '${from}'.`);
}
