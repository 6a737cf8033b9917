import type {Part} from './part.js';

/**
 * A matrix inside an array: element (i, j) stands at `offset + i·rowStride + j·columnStride`.
 * Swapping the two strides transposes it without a copy.
 */
export interface Matrix {
  data: Float32Array;
  offset: number;
  rowStride: number;
  columnStride: number;
}

/** What algorithms build on, so that one fast gemm makes every gemm algorithm fast. */
export interface Engine {
  readonly name: string;
  readonly parts: readonly Part[];
  /**
   * `c ← a·b`, or `c ← c + a·b` with `accumulate`; [M×K]·[K×N]→[M×N]. Each element of the product is accumulated in at least
   * float32 and rounded once on writing; c must not overlap a or b.
   */
  gemm(m: number, n: number, k: number, a: Matrix, b: Matrix, c: Matrix, accumulate: boolean): void;
}
