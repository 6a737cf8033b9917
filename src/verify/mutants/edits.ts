import {ConvgradError} from '../../geometry/error.js';

/** What stands in a shader, a pattern without groups where its numbers vary, and what a mutant puts in its place. */
export type Edit = readonly [from: string | RegExp, to: string];

/** What a mutant replaces is not there: its mistake is in other shaders than these. */
export class AbsentText extends ConvgradError {}

/** The first mistake, or the second in what the first is not for. */
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

/** True, or why there is nothing to spoil. @param plant makes the text with the mistake */
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
 * Other text in a shader. What is replaced must stand there exactly once, so that no change of a shader turns a mutant into the right one.
 *
 * @param shader whose text it is, for errors
 * @throws AbsentText when it is not there, ConvgradError when it is there more than once
 */
export function replaceOnce(code: string, [from, to]: Edit, shader: string): string {
  const pieces = code.split(from);
  const times = pieces.length - 1;
  if (times === 1) return pieces.join(to);
  const Complaint = times === 0 ? AbsentText : ConvgradError;
  throw new Complaint('mutants', `${shader} holds '${from}' ${times}×; a mutant replaces what stands there once.`);
}

/** Other text in all shaders that hold it, wherever it stands. There must be one. @throws AbsentText when there is none */
export function replaceAll(codes: readonly string[], [from, to]: readonly [string, string], shaders: string): string[] {
  if (codes.some((code) => code.includes(from))) return codes.map((code) => code.replaceAll(from, to));
  throw new AbsentText('mutants', `${shaders} holds '${from}'.`);
}
