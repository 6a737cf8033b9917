import {type CoverageCounter, countHit, makeCounters} from './coverageCounter.js';
import {type KernelName, kernelNames} from './wasmModule.js';

/** The paths that calls may take through each kernel. */
const kernelPaths = {
  igemm8: ['whole columns', 'cut columns', 'cut rows'],
  igemm4: ['whole columns', 'cut rows'],
  narrowIgemm: ['cut rows', 'single terms'],
  igemmTransposed8: ['whole columns', 'cut columns', 'cut rows', 'accumulating'],
  igemmTransposed4: ['whole columns', 'cut rows', 'accumulating'],
  narrowIgemmTransposed: ['rows side by side', 'rows apart'],
  batchedGemm: ['every matrix'],
  batchedGemmTransposed: ['every matrix'],
  dwconv: ['two vectors', 'one vector', 'cut vectors', 'cut rows', 'a second block of terms', 'accumulating'],
  repeat: ['every channel'],
  sumRepeats: ['every channel'],
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
export type KernelPath = (typeof kernelPaths)[keyof typeof kernelPaths][number];
/** One function adds all narrow sums to the output, so they share one counter. */
const accumulating = 'narrowIgemmTransposed, accumulating';

const byEngine = new Map<string, KernelCoverage>();

/** The coverage of the engine of that name. Successive engines of one name share it. */
export function kernelCoverageOf(engine: string): KernelCoverage {
  const coverage = byEngine.get(engine) ?? new KernelCoverage(engine);
  byEngine.set(engine, coverage);
  return coverage;
}

/** Counts which paths of an engine's kernels are reached. */
export class KernelCoverage {
  readonly counters: CoverageCounter[];
  private readonly byKernel: ReadonlyMap<KernelName, Partial<Record<string, CoverageCounter>>>;

  constructor(engine: string) {
    const names = [
      ...kernelNames.flatMap((kernel) => pathsOf(kernel).map((path) => `${kernel}, ${path}`)),
      accumulating,
    ];
    this.counters = makeCounters(names.map((name) => `${engine} ${name}`));
    const byName = new Map(names.map((name, i) => [name, this.counters[i]]));
    const ownCounters = (kernel: KernelName) =>
      [...pathsOf(kernel), 'accumulating'].map((path) => [
        path,
        byName.get(`${kernel}, ${path}`) ?? byName.get(`${familyOf(kernel)}, ${path}`),
      ]);
    this.byKernel = new Map(kernelNames.map((kernel) => [kernel, Object.fromEntries(ownCounters(kernel))]));
  }

  add(kernel: KernelName, reached: Partial<Record<KernelPath, boolean>>): void {
    const counters = this.byKernel.get(kernel);
    for (const path in reached) {
      if (reached[path as KernelPath]) countHit?.(counters?.[path]);
    }
  }
}

function pathsOf(kernel: KernelName): readonly KernelPath[] {
  const all: Record<string, readonly KernelPath[]> = kernelPaths;
  return all[kernel] ?? all[familyOf(kernel)];
}

/** The name without the size at its end. */
function familyOf(kernel: KernelName): string {
  return kernel.replace(/\d+$/, '');
}
