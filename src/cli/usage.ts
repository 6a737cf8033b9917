import {inspect} from 'node:util';
import {ConvgradError} from '../geometry/error.js';
import {printable} from './printable.js';

/** What a command returns to the shell. */
export const exitCodes = {good: 0, mismatch: 1, usage: 2, unavailable: 3, interrupted: 130} as const;

/** A backend that was asked for by name is not there. */
export class UnavailableError extends Error {}

/** One line for a person, from whatever was thrown; undefined when it is a defect, whose stack matters. */
export function messageOf(error: unknown): string | undefined {
  const isForUsers = error instanceof ConvgradError || error instanceof UnavailableError || isFromCac(error);
  return isForUsers ? printable(`convgrad: ${(error as Error).message.replace(/^convgrad: /, '')}`) : undefined;
}

/** What is printed of whatever was thrown. */
export function textOf(error: unknown): string {
  return messageOf(error) ?? printable(inspect(error));
}

function isFromCac(error: unknown): boolean {
  return error instanceof Error && error.name === 'CACError';
}
