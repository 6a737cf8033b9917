import {isOurs} from './kernels.js';

/** One of tfjs's two registries, of kernels or of gradients. */
export interface Registry<C> {
  get(key: string): C | undefined;
  /** Registers without tfjs's "already registered" warning. */
  put(config: C): void;
  remove(config: C): void;
  /** A bare registration under that key, for places where nothing is registered. */
  emptyConfig(key: string): C;
  /** The registration under another key. */
  withKey(key: string, config: C): C;
  funcOf(config: C): (...args: never[]) => unknown;
  /** The map behind the registry, where it can be reached. */
  map: Map<string, C> | undefined;
}

/** A library that brings a backend registers at least this many kernels for it in one job, even a bundle cut down to one model. Fewer are somebody's own. */
const minImportSize = 10;
/** A library that is imported again, or after somebody's own kernels, registers at least this many: those that tfjs publishes have over a hundred. */
const minReimportSize = 60;

interface Replacement<C> {
  ours: C;
  /** What tfjs or another library had registered; absent where there was nothing. */
  original?: C | undefined;
}

/** What was registered in the current job for one backend, or of gradients. */
interface RegistrationBurst<C> {
  count: number;
  /** Those that replaced another registration. */
  replacing: number;
  /** Keys taken over where nothing stood, on the assumption that a library is being imported. */
  takenOver: string[];
  /** What was registered over ours, on the assumption that it is somebody's own. */
  overOurs: Map<string, C>;
  /** The call stack from which a whole library registers. */
  origin?: string | undefined;
}

/**
 * Registrations of ours that stand in for others, and the others, kept for `restore`.
 *
 * A backend may be imported later, or once more by a second copy of tfjs. Watching the registry's map notices both: what they register becomes
 * the original, and ours stays. A few functions registered by themselves are somebody's decision and are left alone, whether they replace ours or come
 * before the backend does.
 */
export class Replacements<C extends object> {
  private readonly replacements = new Map<string, Replacement<C>>();
  private unwatch = () => {};
  private paused = false;
  /** By group. */
  private readonly bursts = new Map<string, RegistrationBurst<C>>();
  private readonly listeners = new Set<(config: C) => void>();

  /**
   * @param makeOurs our replacement for a registration, or undefined where we have none; called also for registrations that arrive later
   * @param siblingsOf the keys that come with one that arrives; ours is put where none has come when the import is over
   * @param groupOf what a key belongs to: a library registers many of one group
   * @param onAlias told of a key under which a copy of ours arrives, and of the key that it was copied from
   */
  constructor(
    private readonly registry: Registry<C>,
    private readonly makeOurs: (key: string, original: C) => C | undefined,
    private readonly siblingsOf: (key: string) => readonly string[] = () => [],
    private readonly groupOf: (key: string) => string = () => '',
    private readonly onAlias: (key: string, from: string) => void = () => {},
  ) {}

  /** Puts ours in the place of each key, and again where something was registered over it. */
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

  /** Puts every original back that ours still stands in for. */
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

  /** Runs fn with the originals in place; what was active before, ours or not, comes back after it. */
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

  /** Runs fn, in which whatever is registered is stored as it is. */
  withoutWatching<T>(fn: () => T): T {
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
    return this.replacements.has(key);
  }

  /** What stood under a key before it was replaced. */
  original(key: string): C | undefined {
    return this.replacements.get(key)?.original;
  }

  /** The keys replaced, with what stood there before, and whether ours is the active one. */
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

  /** Gives back what was taken over in the belief that a library was being imported, where too little came for that. */
  private endBurst(): void {
    const all = [...this.bursts.values()];
    this.bursts.clear();
    for (const {count, takenOver} of all) {
      if (count < minImportSize) {
        for (const key of takenOver) this.revert(key);
        continue;
      }
      // Sooner, tfjs would warn of doubles.
      this.replace(takenOver.flatMap((key) => this.siblingsOf(key)).filter((key) => !this.registry.get(key)));
    }
  }

  private revert(key: string): void {
    const replacement = this.replacements.get(key);
    this.replacements.delete(key);
    const {original} = replacement ?? {};
    if (original && this.registry.get(key) === replacement?.ours) this.put(original);
  }

  /** Ours for another key, where ours is registered there too: a backend is copied under another name, and what ours replaced goes along. */
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

  /** What is to be stored when somebody registers `config`. */
  private onRegister(key: string, config: C, burst: RegistrationBurst<C>): C {
    const origin = burst.count < minReimportSize ? undefined : new Error('').stack;
    if (burst.count === minReimportSize) burst.origin = origin;
    if (isOurs(this.registry.funcOf(config))) return this.aliasOf(key, config);
    for (const listener of this.listeners) listener(config);
    const replacement = this.replacements.get(key);
    if (!replacement) {
      // A library registers all that it has from one loop; what comes beside it is somebody's own.
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

  /** Takes what was registered over ours as the originals, once it shows that a library is being imported again. */
  private reclaim({count, replacing, overOurs}: RegistrationBurst<C>): void {
    for (const [key, original] of overOurs) {
      // Over an original that is there, an import replaces; where none was yet, it may bring it.
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
