/** Thrown where a call has no meaning: no result can be right, so it must be refused. */
export class InvalidCall extends Error {}

export function invalid(why: string): never {
  throw new InvalidCall(why);
}

/** What is found out while a call is read. */
export interface Reading {
  /** Everything so far is as the documentation asks for it, so a refusal is a fault. Otherwise a refusal is allowed where tfjs alone is not right either. */
  strict: boolean;
}

/** Thrown where a call is not tried, with the reason: it is too large to be judged, or tfjs breaks itself on it. */
export class NotTried extends Error {}
/** Thrown where nothing here says what a call gives; it is tried all the same, and may not do harm. */
export class Unjudged extends Error {}

/** The largest result that a call is let make, so that a campaign fits into any memory. */
export const maxElements = 4e6;
