import {isOurs} from './kernels.js';

/** One of tfjs's two registries, of kernels or of gradients. */
export interface Registry<C> {
  get(key: string): C | undefined;
  /** Registers without tfjs's "already registered" warning. */
  put(config: C): void;
  remove(config: C): void;
  /** A bare registration under that key, for places where nothing is registered. */
  blank(key: string): C;
  /** The registration under another key. */
  under(key: string, config: C): C;
  funcOf(config: C): (...args: never[]) => unknown;
  /** The map behind the registry, where it can be reached. */
  map: Map<string, C> | undefined;
}

/** A library that brings a backend registers at least this many kernels for it in one job, even a bundle cut down to one model. Fewer are somebody's own. */
const fewestOfImport = 10;
/** A library that is imported again, or after somebody's own kernels, registers at least this many: those that tfjs publishes have over a hundred. */
const fewestOfReimport = 60;

interface Swap<C> {
  ours: C;
  /** What tfjs or another library had registered; absent where there was nothing. */
  original?: C | undefined;
}

/** What was registered in the current job for one backend, or of gradients. */
interface Arrivals<C> {
  count: number;
  /** Those that replaced another registration. */
  replacing: number;
  /** Keys taken over where nothing stood, on the assumption that a library is being imported. */
  taken: string[];
  /** What was registered over ours, on the assumption that it is somebody's own. */
  over: Map<string, C>;
  /** The call stack from which a whole library registers. */
  loop?: string | undefined;
}

/**
 * Registrations of ours that stand in for others, and the others, kept for `restore`.
 *
 * A backend may be imported later, or once more by a second copy of tfjs. Watching the registry's map notices both: what they register becomes
 * the original, and ours stays. A few functions registered by themselves are somebody's decision and are left alone, whether they replace ours or come
 * before the backend does.
 */
export class Swaps<C extends object> {
  private readonly swaps = new Map<string, Swap<C>>();
  private unwatch = () => {};
  private paused = false;
  /** By group. */
  private readonly arrivals = new Map<string, Arrivals<C>>();
  private readonly listeners = new Set<(config: C) => void>();

  /**
   * @param makeOurs our replacement for a registration, or undefined where we have none; called also for registrations that arrive later
   * @param besides the keys that come with one that arrives; ours is put where none has come when the import is over
   * @param groupOf what a key belongs to: a library registers many of one group
   * @param copied told of a key under which a copy of ours arrives, and of the key that it was copied from
   */
  constructor(
    private readonly registry: Registry<C>,
    private readonly makeOurs: (key: string, original: C) => C | undefined,
    private readonly besides: (key: string) => readonly string[] = () => [],
    private readonly groupOf: (key: string) => string = () => '',
    private readonly copied: (key: string, from: string) => void = () => {},
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
    this.arrivals.clear();
    this.watch();
  }

  /** Puts every original back that ours still stands in for. */
  restore(): void {
    this.unwatch();
    this.arrivals.clear();
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
    return this.unwatched(() => {
      try {
        for (const {ours, original, active: now} of active) {
          if (original) this.registry.put(original);
          else if (now) this.registry.remove(ours);
        }
        return fn();
      } finally {
        for (const {active: now} of active) if (now) this.registry.put(now);
      }
    });
  }

  /** Runs fn, in which whatever is registered is stored as it is. */
  unwatched<T>(fn: () => T): T {
    const before = this.paused;
    this.paused = true;
    try {
      return fn();
    } finally {
      this.paused = before;
    }
  }

  /** Calls back when somebody else registers something. @returns the undo */
  listen(listener: (config: C) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
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
    this.unwatched(() => this.registry.put(config));
  }

  private watch(): void {
    const {map} = this.registry;
    if (!map) return;
    this.unwatch();
    const watching = (key: string, config: C) => {
      if (this.paused) return Map.prototype.set.call(map, key, config);
      const arrivals = this.countArrival(this.groupOf(key), map.has(key));
      Map.prototype.set.call(map, key, this.arriving(key, config, arrivals));
      this.takeBack(arrivals);
      return map;
    };
    map.set = watching as typeof map.set;
    this.unwatch = () => {
      if (map.set === watching) Reflect.deleteProperty(map, 'set');
      this.unwatch = () => {};
    };
  }

  private countArrival(group: string, replaces: boolean): Arrivals<C> {
    if (this.arrivals.size === 0) queueMicrotask(() => this.endJob());
    const arrivals: Arrivals<C> = this.arrivals.get(group) ?? {count: 0, replacing: 0, taken: [], over: new Map()};
    this.arrivals.set(group, arrivals);
    arrivals.count++;
    if (replaces) arrivals.replacing++;
    return arrivals;
  }

  /** Gives back what was taken over in the belief that a library was being imported, where too little came for that. */
  private endJob(): void {
    const all = [...this.arrivals.values()];
    this.arrivals.clear();
    for (const {count, taken} of all) {
      if (count < fewestOfImport) {
        for (const key of taken) this.giveBack(key);
        continue;
      }
      // Sooner, tfjs would warn of doubles.
      this.swap(taken.flatMap((key) => this.besides(key)).filter((key) => !this.registry.get(key)));
    }
  }

  private giveBack(key: string): void {
    const swap = this.swaps.get(key);
    this.swaps.delete(key);
    const {original} = swap ?? {};
    if (original && this.registry.get(key) === swap?.ours) this.put(original);
  }

  /** Ours for another key, where ours is registered there too: a backend is copied under another name, and what ours replaced goes along. */
  private copyOf(key: string, config: C): C {
    const func = this.registry.funcOf(config);
    const source = [...this.swaps].find(([, {ours}]) => this.registry.funcOf(ours) === func);
    if (!source || this.swaps.has(key)) return config;
    const [from, {original}] = source;
    this.copied(key, from);
    const ours = this.makeOurs(key, this.registry.under(key, original ?? config));
    if (!ours) return config;
    this.swaps.set(key, {ours, original: original && this.registry.under(key, original)});
    return ours;
  }

  /** What is to be stored when somebody registers `config`. */
  private arriving(key: string, config: C, arrivals: Arrivals<C>): C {
    const origin = arrivals.count < fewestOfReimport ? undefined : new Error('').stack;
    if (arrivals.count === fewestOfReimport) arrivals.loop = origin;
    if (isOurs(this.registry.funcOf(config))) return this.copyOf(key, config);
    for (const listener of this.listeners) listener(config);
    const swap = this.swaps.get(key);
    if (!swap) {
      // A library registers all that it has from one loop; what comes beside it is somebody's own.
      if (arrivals.loop !== origin) return config;
      const ours = this.makeOurs(key, config);
      if (!ours) return config;
      this.swaps.set(key, {ours, original: config});
      arrivals.taken.push(key);
      return ours;
    }
    if (this.registry.get(key) === swap.ours) arrivals.over.set(key, config);
    return config;
  }

  /** Takes what was registered over ours as the originals, once it shows that a library is being imported again. */
  private takeBack({count, replacing, over}: Arrivals<C>): void {
    for (const [key, original] of over) {
      // Over an original that is there, an import replaces; where none was yet, it may bring it.
      const swap = this.swaps.get(key);
      if ((swap?.original ? replacing : count) < fewestOfReimport) continue;
      over.delete(key);
      const ours = this.makeOurs(key, original) ?? swap?.ours;
      if (!ours || this.registry.get(key) !== original) continue;
      this.swaps.set(key, {ours, original});
      this.put(ours);
    }
  }
}
