import {makeCounters} from './coverageCounter.js';
import type {CacheRequest} from './engine.js';
import {immutableIdentityOf} from './immutableIdentity.js';

/** Bytes that may be cached in all. */
const maxBytes = 1 << 26;
/** Requests after which what nobody asked for any more counts as forgotten. */
const staleAfter = 1_000;

export const cacheCounters = makeCounters(['packed weights stored', 'packed weights reused']);
const [stored, reused] = cacheCounters;

/** What was made of a filter. */
interface CacheEntry {
  value: unknown;
  /** The address of a copy of the filter, where it is not marked immutable. */
  copy: number | undefined;
  used: number;
}

/** `once`: it may come again. `changes`: it was another one when it did. */
type EntryState = CacheEntry | 'once' | 'changes';

/**
 * What was made of filters, in the order in which it lies in a memory. In training a filter is another one in each step, so only what comes a second time is cached; and a
 * filter that is not marked immutable is compared with a copy whenever it comes again.
 */
export class PackedWeightsCache {
  /** That are taken. */
  bytes = 0;
  private requests = 0;
  private entries: CacheEntry[] = [];
  private byFilter = new WeakMap<object, Map<string, EntryState>>();

  /**
   * @param isCopy whether a filter is the same as the copy at a address
   * @returns the entry, or whether it should be made to be cached
   */
  find({source, key, compare}: CacheRequest, isCopy: (address: number) => boolean): CacheEntry | 'make' | undefined {
    if (!compare && !immutableIdentityOf(source)) return undefined;
    this.requests++;
    const states = this.statesOf(source);
    const state = states.get(key);
    if (state === 'changes') return undefined;
    if (state === undefined) {
      states.set(key, 'once');
      return undefined;
    }
    if (state === 'once') return 'make';
    if (state.copy !== undefined && !isCopy(state.copy)) {
      states.set(key, 'changes');
      return undefined;
    }
    state.used = this.requests;
    reused.hits++;
    return state;
  }

  /** Lets everything go where there is no room for so many bytes more and some of it is forgotten. @returns whether there is room */
  makeRoom(bytes: number): boolean {
    if (this.bytes + bytes <= maxBytes) return true;
    if (bytes > maxBytes || this.entries.every(({used}) => this.requests - used < staleAfter)) return false;
    [this.bytes, this.entries, this.byFilter] = [0, [], new WeakMap()];
    return true;
  }

  add({source, key}: CacheRequest, made: unknown, copy: number | undefined, bytes: number): void {
    const entry = {value: made, copy, used: this.requests};
    this.entries.push(entry);
    this.bytes += bytes;
    this.statesOf(source).set(key, entry);
    stored.hits++;
  }

  private statesOf(source: Float32Array): Map<string, EntryState> {
    const filter = immutableIdentityOf(source) ?? source;
    const states = this.byFilter.get(filter) ?? new Map<string, EntryState>();
    this.byFilter.set(filter, states);
    return states;
  }
}
