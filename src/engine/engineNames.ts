/** The engines, the fastest first: vectors with fused multiplication and addition, with separate ones, plain JavaScript. They round differently. */
export const engineNames = ['fma', 'simd', 'js'] as const;
export type EngineName = (typeof engineNames)[number];
