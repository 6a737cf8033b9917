import {compile, instantiate, type WasmVariant} from './wasmModule.js';

const [pixels, terms] = [48, 144];
/** Runs at a time: some 0.1 ms. */
const runsPerStep = 10;
/** Runs until the compiler has replaced its first quick work, and how long it may take for that, in milliseconds. */
const [enough, compileTime] = [500, 400];

/**
 * Finds the fastest of variants that give the same bits, whose tiles suit one compiler and another less. Compilers take their time to make good
 * code, so the tuning goes on in slices while work is done.
 */
export class VariantTuner {
  private readonly begin: number;
  private readonly candidates: {variant: WasmVariant; run: () => void; best: number}[];
  private count = 0;

  /**
   * @param now the clock, in milliseconds
   * @param runOf what is timed of a variant
   */
  constructor(
    variants: readonly WasmVariant[],
    private readonly now: () => number = () => performance.now(),
    runOf: (variant: WasmVariant) => () => void = (variant) => sumsOfOnes(variant).run,
  ) {
    this.begin = now();
    this.candidates = variants.map((variant) => ({variant, run: runOf(variant), best: Number.POSITIVE_INFINITY}));
  }

  /** Goes on for a while. @returns the winner, once there is one */
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

/** What is timed: windows of ones that lie one after another, by eight columns of ones. @returns and the sums, each as many as a window has terms */
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
