/** How a backend rounds. */
export interface Arithmetic {
  /** u: the relative error of one operation. */
  unit: number;
  /** The absolute error of one operation whose result is subnormal. */
  underflow: number;
}

/** IEEE float32, to nearest. */
const ieee: Arithmetic = {unit: 2 ** -24, underflow: 2 ** -150};
/** GPUs may round to either neighbour and flush subnormals to zero. */
const gpu: Arithmetic = {unit: 2 ** -23, underflow: 2 ** -126};

const arithmetics: Readonly<Record<string, Arithmetic>> = {webgl: gpu, webgpu: gpu};

/** The arithmetic of a tfjs backend. */
export function arithmeticOf(backend: string): Arithmetic {
  return arithmetics[backend] ?? ieee;
}

/**
 * The largest error that any order of summing K products in float32 can make: γ(K + 2)·S with γ(n) = nu/(1 − nu) (Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.1), plus underflow of each product and each partial sum. S = Σ|a||b|. An error beyond it is a proof.
 */
export function errorBound(terms: number, magnitude: number, {unit, underflow}: Arithmetic): number {
  if (terms === 0) return 0;
  const n = (terms + 2) * unit;
  return (n / (1 - n)) * magnitude + 2 * terms * underflow;
}
