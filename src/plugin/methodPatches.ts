import {markOurs} from './kernels.js';

type Method = (this: never, ...args: never[]) => unknown;

interface MethodPatch {
  owner: object;
  name: string;
  ours: Method;
  /** The property as it was. */
  before: PropertyDescriptor;
}

/**
 * Methods of ours that stand in for methods of other people's classes, and theirs, kept for `restore`. A method is replaced where it is
 * defined, so objects that exist already and subclasses have ours too.
 */
export class MethodPatches {
  private patches: MethodPatch[] = [];

  /**
   * Puts ours in the place of a method, unless it is there already.
   * @param makeOurs gets the method that is there now
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

  /** Puts every method back that ours still stands in for; the last one first, since one may stand in for another. */
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
