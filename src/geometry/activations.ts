/** What an activation reads beside z: one slope for each channel, or one number. Both are slopes below zero. */
export type ActivationOperand = 'slopes' | 'alpha';

/** The languages of the kernels that can apply an activation themselves: the engine's vectors, and shaders. */
export type KernelLanguage = 'engine' | 'glsl' | 'wgsl';

/** Runs one of tfjs's kernels, on the tape or outside it. An operand that the activation reads is given. */
export type RunKernel<T> = (kernelName: string, inputs: Record<string, T | undefined>, attrs?: object) => T;

/** Everything the kernels know of one activation. */
export interface ActivationEntry {
  /**
   * Computes the activation of every value in float64, in place. The value at i has the slope `slopes[i % slopes.length]`, which is the
   * operand. Each entry has a loop of its own, because compilers do not inline a function that varies.
   */
  apply(values: Float32Array, slopes: ArrayLike<number>): void;
  operand?: ActivationOperand;
  /** Set where tfjs's own fused functions do not know it, so that only convgrad computes it. */
  isUnknownToTfjs?: true;
  /** Computes it by tfjs's own kernels. The tape derives the derivative from their gradients. `slopes` broadcast to z. */
  byKernels<T>(run: RunKernel<T>, z: T, operands: {slopes?: T | undefined; alpha: number}): T;
  /** The kernel that tfjs's gradient needs beside the elementary ones. Not every backend has it. */
  gradientKernel?: string;
  /**
   * The activation of `value` as an expression in each language, which a convolution's own kernel applies to its sums; or the reason why
   * there is none. NaN must stay NaN. The operand is `slopes` or `alpha`.
   * - engine: AssemblyScript, v128 of four channels. The bits must be those of `apply`, which rounds once to float32.
   * - glsl: vec4. Comparisons with NaN are false.
   * - wgsl: T, a float or a vector of four.
   */
  fused: Readonly<Record<KernelLanguage, string | {absent: string}>>;
}

/** Vectors and JavaScript compute exp in different ways, and all engines must give the same bits. GPUs have no such twin. */
const exponential = {
  absent: "JavaScript's exp and that of vectors round differently, and the engines give the same bits",
};

const table = {
  linear: {
    apply() {},
    byKernels: (_run, z) => z,
    fused: {engine: 'value', glsl: 'value', wgsl: 'value'},
  },
  relu: {
    apply(z) {
      for (let i = 0; i < z.length; i++) z[i] = Math.max(0, z[i]);
    },
    byKernels: (run, x) => run('Relu', {x}),
    fused: {
      engine: 'f32x4.max(value, zero)',
      glsl: 'mix(value, vec4(0.), lessThan(value, vec4(0.)))',
      wgsl: 'select(value, T(), value < T())',
    },
  },
  relu6: {
    apply(z) {
      for (let i = 0; i < z.length; i++) z[i] = Math.min(6, Math.max(0, z[i]));
    },
    byKernels: (run, x) => run('Relu6', {x}),
    fused: {
      engine: 'f32x4.min(f32x4.max(value, zero), f32x4.splat(6))',
      glsl: 'mix(mix(value, vec4(0.), lessThan(value, vec4(0.))), vec4(6.), greaterThan(value, vec4(6.)))',
      wgsl: 'select(select(value, T(), value < T()), T(6.0), value > T(6.0))',
    },
  },
  elu: {
    apply(z) {
      for (let i = 0; i < z.length; i++) if (z[i] < 0) z[i] = Math.expm1(z[i]);
    },
    byKernels: (run, x) => run('Elu', {x}),
    gradientKernel: 'EluGrad',
    fused: {
      engine: exponential,
      glsl: 'mix(value, exp(value) - 1., lessThan(value, vec4(0.)))',
      wgsl: 'select(value, exp(value) - T(1.0), value < T())',
    },
  },
  sigmoid: {
    apply(z) {
      for (let i = 0; i < z.length; i++) z[i] = 1 / (1 + Math.exp(-z[i]));
    },
    byKernels: (run, x) => run('Sigmoid', {x}),
    fused: {
      engine: exponential,
      glsl: '1. / (1. + exp(-value))',
      wgsl: 'T(1.0) / (T(1.0) + exp(-value))',
    },
  },
  prelu: {
    apply(z, slopes) {
      for (let i = 0; i < z.length; ) for (let j = 0; j < slopes.length; j++, i++) if (z[i] < 0) z[i] *= slopes[j];
    },
    operand: 'slopes',
    byKernels: (run, x, {slopes}) => run('Prelu', {x, alpha: slopes}),
    fused: {
      engine: 'v128.bitselect(f32x4.mul(value, v128.load(slopes)), value, f32x4.lt(value, zero))',
      glsl: 'mix(value, slopes * value, lessThan(value, vec4(0.)))',
      wgsl: 'select(value, slopes * value, value < T())',
    },
  },
  leakyrelu: {
    apply(z, {0: alpha}) {
      for (let i = 0; i < z.length; i++) if (z[i] < 0) z[i] *= alpha;
    },
    operand: 'alpha',
    byKernels: (run, x, {alpha}) => run('LeakyRelu', {x}, {alpha}),
    fused: {
      engine: 'v128.bitselect(scaled(value, alpha), value, f32x4.lt(value, zero))',
      glsl: 'mix(value, alpha * value, lessThan(value, vec4(0.)))',
      wgsl: 'select(value, alpha * value, value < T())',
    },
  },
} satisfies Record<string, ActivationEntry>;

/** The name of an activation that follows a convolution: y ← activation(y + bias). These are tfjs's names. */
export type Activation = keyof typeof table;

/**
 * The activations, and the one place to add one: an entry is parsed, applied, differentiated and fused. To be verified, it also needs its
 * definition in `verify/reference/activations.ts`, which shares nothing with this table because it judges it.
 */
export const activations: Readonly<Record<Activation, ActivationEntry>> = table;

/** The names of all activations. */
export function activationNames(): Activation[] {
  return Object.keys(activations) as Activation[];
}

/** The expression of an activation in a language; absent where it has none. */
export function fusedForm(activation: Activation, language: KernelLanguage): string | {absent: string} {
  return activations[activation].fused[language];
}

/** The slope of leakyrelu where none is given, as in `tf.leakyRelu`. */
export const defaultAlpha = 0.2;
