import type {Keeping} from './engine.js';
import {makeParts} from './part.js';
import {identityOf} from './vouched.js';

/** Bytes that may be kept in all. */
const mostBytes = 1 << 26;
/** Requests after which what nobody asked for any more counts as forgotten. */
const patience = 1_000;

export const keepingParts = makeParts(['a filter kept', 'a kept filter again']);
const [keptAnew, keptAgain] = keepingParts;

/** What was made of a filter. */
interface Kept {
  made: unknown;
  /** The place of a copy of the filter, where nobody vouches for it. */
  copy: number | undefined;
  used: number;
}

/** `once`: it may come again. `changes`: it was another one when it did. */
type State = Kept | 'once' | 'changes';

/**
 * What was made of filters, in the order in which it lies in a memory. In training a filter is another one in each step, so only what comes a second time is kept; and a
 * filter that nobody vouches for is compared with a copy whenever it comes again.
 */
export class KeptFilters {
  /** That are taken. */
  bytes = 0;
  private requests = 0;
  private all: Kept[] = [];
  private byFilter = new WeakMap<object, Map<string, State>>();

  /**
   * @param isCopy whether a filter is the same as the copy at a place
   * @returns what was kept, or whether it should be made to be kept
   */
  find({source, recipe, compare}: Keeping, isCopy: (place: number) => boolean): Kept | 'make' | undefined {
    if (!compare && !identityOf(source)) return undefined;
    this.requests++;
    const states = this.statesOf(source);
    const state = states.get(recipe);
    if (state === 'changes') return undefined;
    if (state === undefined) {
      states.set(recipe, 'once');
      return undefined;
    }
    if (state === 'once') return 'make';
    if (state.copy !== undefined && !isCopy(state.copy)) {
      states.set(recipe, 'changes');
      return undefined;
    }
    state.used = this.requests;
    keptAgain.hits++;
    return state;
  }

  /** Lets everything go where there is no room for so many bytes more and some of it is forgotten. @returns whether there is room */
  makeRoom(bytes: number): boolean {
    if (this.bytes + bytes <= mostBytes) return true;
    if (bytes > mostBytes || this.all.every(({used}) => this.requests - used < patience)) return false;
    [this.bytes, this.all, this.byFilter] = [0, [], new WeakMap()];
    return true;
  }

  add({source, recipe}: Keeping, made: unknown, copy: number | undefined, bytes: number): void {
    const kept = {made, copy, used: this.requests};
    this.all.push(kept);
    this.bytes += bytes;
    this.statesOf(source).set(recipe, kept);
    keptAnew.hits++;
  }

  private statesOf(source: Float32Array): Map<string, State> {
    const key = identityOf(source) ?? source;
    const states = this.byFilter.get(key) ?? new Map<string, State>();
    this.byFilter.set(key, states);
    return states;
  }
}
