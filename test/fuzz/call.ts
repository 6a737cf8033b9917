import type {Kind} from '../../src/geometry/conv2dInfo.js';

/** How a tensor is made. Its values do not depend on it. */
export const provenances = [
  'uploaded',
  'computed',
  'cast',
  'reshaped',
  'sliced',
  'transposed',
  'cloned',
  'variable',
  'read before',
  'from cpu',
  'real part',
] as const;

/** Description of a tensor; plain data, like the whole call. */
export interface TensorSpec {
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  /** Seed of its values, integers from −4 to 4. */
  seed: number;
  from: (typeof provenances)[number];
  disposed?: boolean;
  /** The argument of which it is a reshaped view. */
  sharing?: ArgumentName;
}

/** Values that are not plain data, by name. */
export type OddValue = {odd: 'symbol' | 'function' | 'bigint' | 'lookalike' | 'date' | 'proxy'};

export const argumentNames = ['x', 'filter', 'dy', 'bias', 'preluActivationWeights', 'pointwiseFilter'] as const;
export type ArgumentName = (typeof argumentNames)[number];

/** One call of something that convgrad serves or exports. */
export interface FuzzCall {
  /** A key of the table of entries. */
  entry: string;
  kind: Kind;
  tensors: Partial<Record<ArgumentName, TensorSpec | {value: unknown}>>;
  attrs: Record<string, unknown>;
}

export function isSpec(argument: TensorSpec | {value: unknown} | undefined): argument is TensorSpec {
  return argument !== undefined && 'shape' in argument;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The argument itself, or for a view the argument it views, with its own shape. */
export function resolved(call: FuzzCall, spec: TensorSpec): TensorSpec & {view?: ArgumentName} {
  const {sharing, shape} = spec;
  const shared = sharing && call.tensors[sharing];
  if (!isSpec(shared) || shared.sharing || sizeOf(shared.shape) !== sizeOf(shape)) return spec;
  return {...spec, dtype: shared.dtype, seed: shared.seed, view: sharing!};
}

/** The values of a tensor, a function of its description. */
export function valuesOf(call: FuzzCall, spec: TensorSpec): Float32Array {
  const {shape, dtype, seed} = resolved(call, spec);
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({length: sizeOf(shape)}, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = ((state >>> 16) % 9) - 4;
    return dtype === 'bool' ? value & 1 : value;
  });
}
