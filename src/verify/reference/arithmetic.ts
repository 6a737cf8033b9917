/** How a backend rounds. */
export interface Arithmetic {
  /** u: the relative error of one operation. */
  unit: number;
  /** The absolute error of one operation whose result is subnormal. */
  underflow: number;
  /** The largest integer up to which every stored integer is exact. */
  exactLimit: number;
  /** The largest relative error of exp(z). */
  exponential(z: number): number;
  /** The errors that storing a result adds where storage is coarser than computing, and the largest number that can be stored. */
  storage?: {unit: number; underflow: number; most: number};
}

/** Largest integer n such that every integer up to n is a float32. */
export const exactLimit = 2 ** 24;

/** IEEE float32, rounded to nearest. */
const ieee: Arithmetic = {unit: 2 ** -24, underflow: 2 ** -150, exactLimit, exponential: () => 2 ** -24};
/** wasm vectors. XNNPACK's exp reduces the range and evaluates a polynomial, within 4 ulp. */
const vectors: Arithmetic = {...ieee, exponential: () => 4 * 2 ** -23};
/** GPUs may round to either neighbour and flush subnormals to zero. */
const gpu: Arithmetic = {
  ...{unit: 2 ** -23, underflow: 2 ** -126, exactLimit},
  // Vulkan and WGSL allow exp(z) an error of 3 + 2·|z| ulp.
  exponential: (z) => (3 + 2 * Math.abs(z)) * 2 ** -23,
};

/** GPU arithmetic whose results are stored in float16 textures. */
const gpuFloat16: Arithmetic = {
  ...gpu,
  exactLimit: 2 ** 11,
  storage: {unit: 2 ** -11, underflow: 2 ** -25, most: 65504},
};

const arithmetics: Readonly<Record<string, Arithmetic>> = {wasm: vectors, webgl: gpu, webgpu: gpu};

/** The arithmetic of a tfjs backend. @param f16 whether webgl keeps its tensors in float16 textures */
export function arithmeticOf(backend: string, f16 = false): Arithmetic {
  return f16 && backend === 'webgl' ? gpuFloat16 : (arithmetics[backend] ?? ieee);
}

/** Whether the backend computes on a GPU, so that each result has to be read back. */
export function isGpu(backend: string): boolean {
  return arithmetics[backend] === gpu;
}

/**
 * The largest error that summing K products in float32, in any order, can make: γ(K + 2)·S with S = Σ|a||b| and γ(n) = nu/(1 − nu), plus
 * the underflow of each product and each partial sum. A larger error proves a mistake. Source: Higham, Accuracy and Stability of Numerical
 * Algorithms, 3.1.
 *
 * Coarser storage rounds the sum once more: (1 + u')·γ(K + 2)·S + u'·|want|, plus its own underflow.
 */
export function errorBound(terms: number, magnitude: number, arithmetic: Arithmetic, want = magnitude): number {
  if (terms === 0) return 0;
  const {unit, underflow, storage} = arithmetic;
  const n = (terms + 2) * unit;
  const computing = (n / (1 - n)) * magnitude + 2 * terms * underflow;
  return storage ? storage.unit * Math.abs(want) + (1 + storage.unit) * computing + storage.underflow : computing;
}
