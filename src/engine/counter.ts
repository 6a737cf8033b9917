import {makeParts, type Part} from './part.js';
import {type KernelName, kernelNames} from './wasmModule.js';

/** What a call of a kernel reaches of it. */
const ends = {
  gather8: ['whole columns', 'cut columns', 'cut rows'],
  gather4: ['whole columns', 'cut rows'],
  narrowGather: ['cut rows', 'single terms'],
  outer8: ['whole columns', 'cut columns', 'cut rows', 'accumulating'],
  outer4: ['whole columns', 'cut rows', 'accumulating'],
  narrowOuter: ['rows side by side', 'rows apart'],
  gatherPlanes: ['every plane'],
  outerPlanes: ['every plane'],
  lanes: ['two vectors', 'one vector', 'cut vectors', 'cut rows', 'a second block of terms', 'accumulating'],
  repeat: ['every channel'],
  fold: ['every channel'],
  inputTiles: ['whole vectors', 'cut vectors'],
  filterTiles: ['whole vectors', 'cut vectors'],
  outputTiles: ['whole vectors', 'cut vectors'],
  errorTiles: ['whole vectors', 'cut vectors'],
  gradientTiles: ['whole vectors', 'cut vectors'],
  inputLines: ['whole vectors', 'cut vectors'],
  filterLines: ['whole vectors', 'cut vectors'],
  outputLines: ['whole vectors', 'cut vectors'],
  errorLines: ['whole vectors', 'cut vectors'],
  gradientLines: ['whole vectors', 'cut vectors'],
  fourier: ['whole vectors', 'cut vectors', 'whole tiles', 'cut tiles'],
  fourierInverse: ['whole vectors', 'cut vectors'],
} as const;
export type End = (typeof ends)[keyof typeof ends][number];
/** All narrow sums are added to what was there by the same function. */
const accumulating = 'narrowOuter, accumulating';

const counters = new Map<string, Counter>();

/** The counter of an engine of that name, of which there may be several in turn. */
export function counterOf(engine: string): Counter {
  const counter = counters.get(engine) ?? new Counter(engine);
  counters.set(engine, counter);
  return counter;
}

/** Counts what calls reach of each kernel of an engine. */
export class Counter {
  readonly parts: Part[];
  private readonly byKernel: ReadonlyMap<KernelName, Partial<Record<string, Part>>>;

  constructor(engine: string) {
    const names = [...kernelNames.flatMap((kernel) => endsOf(kernel).map((end) => `${kernel}, ${end}`)), accumulating];
    this.parts = makeParts(names.map((name) => `${engine} ${name}`));
    const byName = new Map(names.map((name, i) => [name, this.parts[i]]));
    const ownParts = (kernel: KernelName) =>
      [...endsOf(kernel), 'accumulating'].map((end) => [
        end,
        byName.get(`${kernel}, ${end}`) ?? byName.get(`${familyOf(kernel)}, ${end}`),
      ]);
    this.byKernel = new Map(kernelNames.map((kernel) => [kernel, Object.fromEntries(ownParts(kernel))]));
  }

  add(kernel: KernelName, reached: Partial<Record<End, boolean>>): void {
    const parts = this.byKernel.get(kernel);
    for (const end in reached) {
      const part = parts?.[end];
      if (part && reached[end as End]) part.hits++;
    }
  }
}

function endsOf(kernel: KernelName): readonly End[] {
  const all: Record<string, readonly End[]> = ends;
  return all[kernel] ?? all[familyOf(kernel)];
}

/** The name without its size. */
function familyOf(kernel: KernelName): string {
  return kernel.replace(/\d+$/, '');
}
