/** Thrown if a call is invalid: no result can be right, so it must be refused. */
export class InvalidCall extends Error {}

export function invalid(why: string): never {
  throw new InvalidCall(why);
}

/** What reading a call finds out. */
export interface Reading {
  /** Everything so far is as documented, so a refusal is a fault. Otherwise convgrad may refuse what tfjs alone gets wrong too. */
  strict: boolean;
}

/** Thrown with the reason if a call is not tried: it is too large to judge, or it breaks tfjs. */
export class NotTried extends Error {}
/** Thrown if the right result is unknown; the call is tried all the same and must do no harm. */
export class Unjudged extends Error {}

/** The largest result allowed, so that a campaign fits into memory. */
export const maxElements = 4e6;
