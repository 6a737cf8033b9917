import {isOurs} from './kernels.js';

/** One of tfjs's two registries, of kernels or of gradients. */
export interface Registry<C> {
  get(key: string): C | undefined;
  /** Registers without tfjs's "already registered" warning. */
  put(config: C): void;
  remove(config: C): void;
  /** A bare registration under that key, for places where nothing is registered. */
  blank(key: string): C;
  funcOf(config: C): (...args: never[]) => unknown;
  /** The map behind the registry, where it can be reached. */
  map: Map<string, C> | undefined;
}

/** So many registrations in one job are a whole library being imported, or imported again, not somebody's own kernels. */
const wholeImport = 10;

interface Swap<C> {
  ours: C;
  /** What tfjs or another library had registered; absent where there was nothing. */
  original?: C | undefined;
}

/**
 * Registrations of ours that stand in for others, and the others, kept for `restore`.
 *
 * A backend may be imported later, or once more by a second copy of tfjs. Watching the registry's map notices both: what they register becomes
 * the original, and ours stays. A single function registered over ours is somebody's decision and is left alone.
 */
export class Swaps<C extends object> {
  private readonly swaps = new Map<string, Swap<C>>();
  private unwatch = () => {};
  private paused = false;
  private replacedInThisJob = 0;
  /** Since ours was last put, too. */
  private arrivedInThisJob = 0;
  private readonly awaited = new Set<string>();

  /**
   * @param makeOurs our replacement for a registration, or undefined where we have none; called also for registrations that arrive later
   * @param besides the keys that come with one that arrives; ours is put where none has come when the import is over
   */
  constructor(
    private readonly registry: Registry<C>,
    private readonly makeOurs: (key: string, original: C) => C | undefined,
    private readonly besides: (key: string) => readonly string[] = () => [],
  ) {}

  /** Puts ours in the place of each key, and again where something was registered over it. */
  swap(keys: readonly string[]): void {
    for (const key of keys) {
      const active = this.registry.get(key);
      if (active && active === this.swaps.get(key)?.ours) continue;
      const ours = this.makeOurs(key, active ?? this.registry.blank(key));
      if (!ours) continue;
      this.swaps.set(key, {ours, original: active});
      this.put(ours);
    }
    this.arrivedInThisJob = 0;
    this.watch();
  }

  /** Puts every original back that ours still stands in for. */
  restore(): void {
    this.unwatch();
    this.awaited.clear();
    for (const [key, {ours, original}] of this.swaps) {
      if (this.registry.get(key) !== ours) continue;
      if (original) this.registry.put(original);
      else this.registry.remove(ours);
    }
    this.swaps.clear();
  }

  /** Runs fn with the originals in place; what was active before, ours or not, comes back after it. */
  withOriginals<T>(fn: () => T): T {
    const active = [...this.swaps].map(([key, {ours, original}]) => ({
      key,
      ours,
      original,
      active: this.registry.get(key),
    }));
    this.paused = true;
    try {
      for (const {ours, original, active: now} of active) {
        if (original) this.registry.put(original);
        else if (now) this.registry.remove(ours);
      }
      return fn();
    } finally {
      for (const {active: now} of active) if (now) this.registry.put(now);
      this.paused = false;
    }
  }

  has(key: string): boolean {
    return this.swaps.has(key);
  }

  /** What stood under a key before it was swapped. */
  original(key: string): C | undefined {
    return this.swaps.get(key)?.original;
  }

  /** The keys swapped, with what stood there before, and whether ours is the active one. */
  entries(): {key: string; original: C | undefined; active: boolean}[] {
    return [...this.swaps].map(([key, {ours, original}]) => ({key, original, active: this.registry.get(key) === ours}));
  }

  private put(config: C): void {
    this.paused = true;
    try {
      this.registry.put(config);
    } finally {
      this.paused = false;
    }
  }

  private watch(): void {
    const {map} = this.registry;
    if (!map) return;
    this.unwatch();
    const watching = (key: string, config: C) => {
      if (!this.paused) this.countArrival(map.has(key));
      return Map.prototype.set.call(map, key, this.paused ? config : this.arriving(key, config));
    };
    map.set = watching as typeof map.set;
    this.unwatch = () => {
      if (map.set === watching) Reflect.deleteProperty(map, 'set');
      this.unwatch = () => {};
    };
  }

  /** Puts ours under those of the keys that nothing is registered under when this job ends; sooner, tfjs would warn of doubles. */
  private await(keys: readonly string[]): void {
    if (this.awaited.size === 0) {
      queueMicrotask(() => {
        const missing = [...this.awaited].filter((key) => !this.registry.get(key));
        this.awaited.clear();
        if (missing.length > 0) this.swap(missing);
      });
    }
    for (const key of keys) this.awaited.add(key);
  }

  private countArrival(replaces: boolean): void {
    if (this.arrivedInThisJob === 0) {
      queueMicrotask(() => {
        this.arrivedInThisJob = 0;
        this.replacedInThisJob = 0;
      });
    }
    this.arrivedInThisJob++;
    if (replaces) this.replacedInThisJob++;
  }

  /** What is to be stored when somebody registers `config`. */
  private arriving(key: string, config: C): C {
    if (isOurs(this.registry.funcOf(config))) return config;
    const swap = this.swaps.get(key);
    if (!swap) {
      const ours = this.makeOurs(key, config);
      if (!ours) return config;
      this.swaps.set(key, {ours, original: config});
      this.await(this.besides(key));
      return ours;
    }
    if (this.registry.get(key) !== swap.ours) return config;
    // Over an original that is there, an import replaces; where none was yet, it may bring it.
    const arrived = swap.original ? this.replacedInThisJob : this.arrivedInThisJob;
    if (arrived < wholeImport) return config;
    const ours = this.makeOurs(key, config) ?? swap.ours;
    this.swaps.set(key, {ours, original: config});
    return ours;
  }
}
