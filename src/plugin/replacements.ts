import {isOurs} from './kernels.js';

/** One of tfjs's two registries, of kernels or of gradients. */
export interface Registry<C> {
  get(key: string): C | undefined;
  /** Registers without tfjs's "already registered" warning. */
  put(config: C): void;
  remove(config: C): void;
  /** An empty registration for a key under which nothing is registered. */
  emptyConfig(key: string): C;
  /** A copy of the registration under another key. */
  withKey(key: string, config: C): C;
  funcOf(config: C): (...args: never[]) => unknown;
  /** The map behind the registry; undefined where it cannot be reached. */
  map: Map<string, C> | undefined;
}

/**
 * A library that brings a backend registers at least this many kernels for it in one job, even in a bundle cut down to one model.
 * Fewer are somebody's own kernels.
 */
const minImportSize = 10;
/**
 * A library that is imported again, or after somebody's own kernels, registers at least this many. The backends that tfjs
 * publishes register over a hundred.
 */
const minReimportSize = 60;

interface Replacement<C> {
  ours: C;
  /** What tfjs or another library had registered; absent where nothing was registered. */
  original?: C | undefined;
}

/** The registrations of the current job for one backend, or for gradients. */
interface RegistrationBurst<C> {
  count: number;
  /** How many of them replaced another registration. */
  replacing: number;
  /** Keys taken over where nothing was registered, on the assumption that a library is being imported. */
  takenOver: string[];
  /** Registrations that replaced ours, on the assumption that they are somebody's own. */
  overOurs: Map<string, C>;
  /** The call stack from which a whole library registers. */
  origin?: string | undefined;
}

/**
 * convgrad's registrations that replace others, together with the originals for `restore`.
 *
 * A backend may be imported later, or once more by a second copy of tfjs. Both show in the registry's map, which this class
 * watches: the new registrations become the originals, and ours stay active. A few functions registered by themselves are
 * somebody's decision. They are left alone, whether they replace ours or arrive before the backend does.
 */
export class Replacements<C extends object> {
  private readonly replacements = new Map<string, Replacement<C>>();
  private unwatch = () => {};
  private paused = false;
  /** The registrations of the current job, by group. */
  private readonly bursts = new Map<string, RegistrationBurst<C>>();
  private readonly listeners = new Set<(config: C) => void>();

  /**
   * @param makeOurs makes our replacement for a registration, or returns undefined where we have none; also called for
   * registrations that arrive later
   * @param siblingsOf the keys that belong to the same import as a key; ours is put under those that are still missing when the
   * import ends
   * @param groupOf the group of a key; a library registers many keys of one group
   * @param onAlias called with a key under which a copy of our function arrives, and with the key that it was copied from
   */
  constructor(
    private readonly registry: Registry<C>,
    private readonly makeOurs: (key: string, original: C) => C | undefined,
    private readonly siblingsOf: (key: string) => readonly string[] = () => [],
    private readonly groupOf: (key: string) => string = () => '',
    private readonly onAlias: (key: string, from: string) => void = () => {},
  ) {}

  /** Puts our registration under each key, also where something was registered over it. */
  replace(keys: readonly string[]): void {
    for (const key of keys) {
      const active = this.registry.get(key);
      if (active && active === this.replacements.get(key)?.ours) continue;
      const ours = this.makeOurs(key, active ?? this.registry.emptyConfig(key));
      if (!ours) continue;
      this.replacements.set(key, {ours, original: active});
      this.put(ours);
    }
    this.bursts.clear();
    this.watch();
  }

  /** Restores every original that is still replaced by ours. */
  restore(): void {
    this.unwatch();
    this.bursts.clear();
    for (const [key, {ours, original}] of this.replacements) {
      if (this.registry.get(key) !== ours) continue;
      if (original) this.registry.put(original);
      else this.registry.remove(ours);
    }
    this.replacements.clear();
  }

  /** Runs fn with the originals in place, then restores what was active before, ours or not. */
  withOriginals<T>(fn: () => T): T {
    const active = [...this.replacements].map(([key, {ours, original}]) => ({
      key,
      ours,
      original,
      active: this.registry.get(key),
    }));
    return this.withoutWatching(() => {
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

  /** Runs fn; registrations inside it are stored unchanged. */
  withoutWatching<T>(fn: () => T): T {
    const before = this.paused;
    this.paused = true;
    try {
      return fn();
    } finally {
      this.paused = before;
    }
  }

  /** Calls the listener when somebody else registers something. @returns a function that removes the listener */
  listen(listener: (config: C) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  has(key: string): boolean {
    return this.replacements.has(key);
  }

  /** The registration that was replaced under this key. */
  original(key: string): C | undefined {
    return this.replacements.get(key)?.original;
  }

  /** The replaced keys, with their originals, and whether ours is the active registration. */
  entries(): {key: string; original: C | undefined; active: boolean}[] {
    return [...this.replacements].map(([key, {ours, original}]) => ({
      key,
      original,
      active: this.registry.get(key) === ours,
    }));
  }

  private put(config: C): void {
    this.withoutWatching(() => this.registry.put(config));
  }

  private watch(): void {
    const {map} = this.registry;
    if (!map) return;
    this.unwatch();
    const watching = (key: string, config: C) => {
      if (this.paused) return Map.prototype.set.call(map, key, config);
      const burst = this.countRegistration(this.groupOf(key), map.has(key));
      Map.prototype.set.call(map, key, this.onRegister(key, config, burst));
      this.reclaim(burst);
      return map;
    };
    map.set = watching as typeof map.set;
    this.unwatch = () => {
      if (map.set === watching) Reflect.deleteProperty(map, 'set');
      this.unwatch = () => {};
    };
  }

  private countRegistration(group: string, replaces: boolean): RegistrationBurst<C> {
    if (this.bursts.size === 0) queueMicrotask(() => this.endBurst());
    const burst: RegistrationBurst<C> = this.bursts.get(group) ?? {
      count: 0,
      replacing: 0,
      takenOver: [],
      overOurs: new Map(),
    };
    this.bursts.set(group, burst);
    burst.count++;
    if (replaces) burst.replacing++;
    return burst;
  }

  /** Ends the current job. Keys that were taken over for an import go back if too few registrations came for one. */
  private endBurst(): void {
    const all = [...this.bursts.values()];
    this.bursts.clear();
    for (const {count, takenOver} of all) {
      if (count < minImportSize) {
        for (const key of takenOver) this.revert(key);
        continue;
      }
      // If this happened earlier, tfjs would warn about double registrations.
      this.replace(takenOver.flatMap((key) => this.siblingsOf(key)).filter((key) => !this.registry.get(key)));
    }
  }

  private revert(key: string): void {
    const replacement = this.replacements.get(key);
    this.replacements.delete(key);
    const {original} = replacement ?? {};
    if (original && this.registry.get(key) === replacement?.ours) this.put(original);
  }

  /**
   * Handles our function arriving under another key, as when a backend is copied under another name. Returns our registration for
   * the new key and keeps a copy of the original.
   */
  private aliasOf(key: string, config: C): C {
    const func = this.registry.funcOf(config);
    const source = [...this.replacements].find(([, {ours}]) => this.registry.funcOf(ours) === func);
    if (!source || this.replacements.has(key)) return config;
    const [from, {original}] = source;
    this.onAlias(key, from);
    const ours = this.makeOurs(key, this.registry.withKey(key, original ?? config));
    if (!ours) return config;
    this.replacements.set(key, {ours, original: original && this.registry.withKey(key, original)});
    return ours;
  }

  /** The registration to store when somebody registers `config`. */
  private onRegister(key: string, config: C, burst: RegistrationBurst<C>): C {
    const origin = burst.count < minReimportSize ? undefined : new Error('').stack;
    if (burst.count === minReimportSize) burst.origin = origin;
    if (isOurs(this.registry.funcOf(config))) return this.aliasOf(key, config);
    for (const listener of this.listeners) listener(config);
    const replacement = this.replacements.get(key);
    if (!replacement) {
      // A library registers everything from one loop; registrations from elsewhere are somebody's own.
      if (burst.origin !== origin) return config;
      const ours = this.makeOurs(key, config);
      if (!ours) return config;
      this.replacements.set(key, {ours, original: config});
      burst.takenOver.push(key);
      return ours;
    }
    if (this.registry.get(key) === replacement.ours) burst.overOurs.set(key, config);
    return config;
  }

  /**
   * Takes the registrations that replaced ours as new originals, as soon as their number shows that a library is being imported
   * again.
   */
  private reclaim({count, replacing, overOurs}: RegistrationBurst<C>): void {
    for (const [key, original] of overOurs) {
      // Where an original exists, an import must replace registrations; where none existed, it may be the first to bring one.
      const replacement = this.replacements.get(key);
      if ((replacement?.original ? replacing : count) < minReimportSize) continue;
      overOurs.delete(key);
      const ours = this.makeOurs(key, original) ?? replacement?.ours;
      if (!ours || this.registry.get(key) !== original) continue;
      this.replacements.set(key, {ours, original});
      this.put(ours);
    }
  }
}
