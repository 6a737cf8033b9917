import {markOurs} from './kernels.js';

type Method = (this: never, ...args: never[]) => unknown;

interface MethodPatch {
  owner: object;
  name: string;
  ours: Method;
  /** The original property. */
  before: PropertyDescriptor;
}

/**
 * Methods of other people's classes that convgrad replaced, with the originals for `restore`. A method is replaced on the object
 * that defines it, so existing objects and subclasses change too.
 */
export class MethodPatches {
  private patches: MethodPatch[] = [];

  /**
   * Replaces a method by ours, unless ours is there already.
   * @param makeOurs makes our method from the present one
   */
  patch(prototype: object, name: string, makeOurs: (original: Method) => Method): void {
    const owner = ownerOf(prototype, name);
    if (!owner) return;
    const before = Object.getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
    if (!before.configurable || typeof before.value !== 'function') return;
    if (this.patches.some(({ours}) => ours === before.value)) return;
    const ours = markOurs(makeOurs(before.value));
    this.patches.push({owner, name, ours, before});
    Object.defineProperty(owner, name, {...before, value: ours});
  }

  /** Restores every method that ours still replaces. The last patch goes first, because it may replace an earlier one. */
  restore(): void {
    for (const {owner, name, ours, before} of this.patches.reverse()) {
      if (Object.getOwnPropertyDescriptor(owner, name)?.value === ours) Object.defineProperty(owner, name, before);
    }
    this.patches = [];
  }
}

function ownerOf(prototype: object, name: string): object | undefined {
  let owner: object | null = prototype;
  while (owner && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null;
  return owner ?? undefined;
}
