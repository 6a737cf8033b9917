import {compile, instantiate, type WasmVariant} from './wasmModule.js';

const [pixels, terms] = [48, 144];
/** Runs in each step: some 0.1 ms. */
const runsPerStep = 10;
/** The tuning takes at least so many runs and so many milliseconds, so that the JIT has tiered up. */
const [enough, compileTime] = [500, 400];

/**
 * Finds the fastest of several variants that give the same bits. Which tiles are fastest depends on the host's compiler. The JIT
 * needs time to tier up, so the tuning proceeds in slices between other work.
 */
export class VariantTuner {
  private readonly begin: number;
  private readonly candidates: {variant: WasmVariant; run: () => void; best: number}[];
  private count = 0;

  /**
   * @param now the clock, in milliseconds
   * @param runOf the work that is timed for a variant
   */
  constructor(
    variants: readonly WasmVariant[],
    private readonly now: () => number = () => performance.now(),
    runOf: (variant: WasmVariant) => () => void = (variant) => sumsOfOnes(variant).run,
  ) {
    this.begin = now();
    this.candidates = variants.map((variant) => ({variant, run: runOf(variant), best: Number.POSITIVE_INFINITY}));
  }

  /** Runs one slice of the tuning. @returns the winner, once it is known */
  step(): WasmVariant | undefined {
    for (let i = 0; i < runsPerStep; i++) {
      for (const each of this.candidates) {
        const begin = this.now();
        each.run();
        each.best = Math.min(each.best, this.now() - begin);
      }
    }
    this.count += runsPerStep;
    if (this.count < enough || this.now() < this.begin + compileTime) return undefined;
    return this.candidates.reduce((a, b) => (b.best < a.best ? b : a)).variant;
  }
}

/**
 * The work that is timed: overlapping windows of ones times eight columns of ones.
 * @returns the work, its sums, and the number of terms, which each sum equals after a run
 */
export function sumsOfOnes(variant: WasmVariant): {run: () => void; sums: Float32Array; terms: number} {
  const memory = new WebAssembly.Memory({initial: 2, maximum: 2});
  const kernels = instantiate(compile(variant, false), memory);
  const [source, starts, segments, panel, out] = [1_024, 32_768, 33_792, 36_864, 65_536];
  new Float32Array(memory.buffer, source, pixels + terms).fill(1);
  new Float32Array(memory.buffer, panel, 8 * terms).fill(1);
  new Int32Array(memory.buffer, starts, pixels).set(Array.from({length: pixels}, (_, p) => 4 * p));
  new Int32Array(memory.buffer, segments, 2).set([0, terms]);
  const run = () => kernels.igemm8(0, pixels, source, starts, segments, 1, terms, panel, out, 0, 32, 8);
  return {run, sums: new Float32Array(memory.buffer, out, 8 * pixels), terms};
}
