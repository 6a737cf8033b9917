import {countHit, makeCounters} from './coverageCounter.js';
import type {CacheRequest} from './engine.js';
import {immutableIdentityOf} from './immutableIdentity.js';

/** The most bytes that may be cached. */
const maxBytes = 1 << 26;
/** An entry that was not requested during the last so many requests is stale. */
const staleAfter = 1_000;

export const cacheCounters = makeCounters(['packed weights stored', 'packed weights reused']);
const [stored, reused] = cacheCounters;

/** A cached result that was made of a filter. */
interface CacheEntry {
  value: unknown;
  /** The address of a copy of the filter; undefined if the filter is marked immutable. */
  copy: number | undefined;
  used: number;
}

/** `once`: the filter was requested once. `changes`: its contents had changed at a later request, so it is no longer cached. */
type EntryState = CacheEntry | 'once' | 'changes';

/**
 * Results that were made of filters, in the order in which they lie in memory. Training changes a filter in each step, so only a
 * filter that is requested twice is cached. A filter that is not marked immutable is compared with a copy at each later request.
 */
export class PackedWeightsCache {
  /** Bytes in use. */
  bytes = 0;
  private requests = 0;
  private entries: CacheEntry[] = [];
  private byFilter = new WeakMap<object, Map<string, EntryState>>();

  /**
   * @param isCopy whether the filter equals the copy at an address
   * @returns the entry; 'make' if the caller should make it and add it; undefined if it should not be cached
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
    countHit?.(reused);
    return state;
  }

  /** Frees all entries if `bytes` more do not fit and at least one entry is stale. @returns whether there is room */
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
    countHit?.(stored);
  }

  private statesOf(source: Float32Array): Map<string, EntryState> {
    const filter = immutableIdentityOf(source) ?? source;
    const states = this.byFilter.get(filter) ?? new Map<string, EntryState>();
    this.byFilter.set(filter, states);
    return states;
  }
}
