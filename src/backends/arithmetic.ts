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
export const ieee: Arithmetic = {unit: 2 ** -24, underflow: 2 ** -150, exactLimit, exponential: () => 2 ** -24};

/** GPUs may round to either neighbour and flush subnormals to zero. */
export const gpuArithmetic: Arithmetic = {
  ...{unit: 2 ** -23, underflow: 2 ** -126, exactLimit},
  // Vulkan and WGSL allow exp(z) an error of 3 + 2·|z| ulp.
  exponential: (z) => (3 + 2 * Math.abs(z)) * 2 ** -23,
};
