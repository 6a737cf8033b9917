import {inspect} from 'node:util';
import {ConvgradError} from '../geometry/error.js';
import {printable} from './printable.js';

/** The exit codes of commands. */
export const exitCodes = {good: 0, mismatch: 1, usage: 2, unavailable: 3, interrupted: 130} as const;

/** Thrown when a backend that the user named is not available. */
export class UnavailableError extends Error {}

/** A one-line message for the user; undefined when the error is a defect, whose stack matters. */
export function messageOf(error: unknown): string | undefined {
  const isForUsers = error instanceof ConvgradError || error instanceof UnavailableError || isOfFlags(error);
  return isForUsers ? printable(`convgrad: ${(error as Error).message.replace(/^convgrad: /, '')}`) : undefined;
}

/** The exit code for anything that was thrown. A defect counts as a mismatch. */
export function exitCodeOf(error: unknown): number {
  if (messageOf(error) === undefined) return exitCodes.mismatch;
  return error instanceof UnavailableError ? exitCodes.unavailable : exitCodes.usage;
}

/** The text to print for anything that was thrown. */
export function textOf(error: unknown): string {
  return messageOf(error) ?? printable(inspect(error));
}

/** Whether cac or Node's own parser refused the flags. */
function isOfFlags(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'CACError' || String((error as {code?: unknown}).code).startsWith('ERR_PARSE_ARGS_');
}
