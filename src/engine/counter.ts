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
class Counter {
  readonly parts: Part[];
  private readonly byName: Map<string, Part>;

  constructor(engine: string) {
    const names = [...kernelNames.flatMap((kernel) => endsOf(kernel).map((end) => `${kernel}, ${end}`)), accumulating];
    this.parts = makeParts(names.map((name) => `${engine} ${name}`));
    this.byName = new Map(names.map((name, i) => [name, this.parts[i]]));
  }

  add(kernel: KernelName, reached: Partial<Record<End, boolean>>): void {
    for (const [end, is] of Object.entries(reached)) {
      const part = this.byName.get(`${kernel}, ${end}`) ?? this.byName.get(`${kernel.replace(/\d$/, '')}, ${end}`);
      if (is && part) part.hits++;
    }
  }
}

function endsOf(kernel: KernelName): readonly End[] {
  return (
    (ends as Record<string, readonly End[]>)[kernel] ?? (ends as Record<string, readonly End[]>)[kernel.slice(0, -1)]
  );
}
