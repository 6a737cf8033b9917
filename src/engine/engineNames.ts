/**
 * The engines, fastest first: vectors with fused multiply-add, vectors with separate multiplication and addition, plain
 * JavaScript. They round differently.
 */
export const engineNames = ['fma', 'simd', 'js'] as const;
export type EngineName = (typeof engineNames)[number];
