import type {Kind} from '../../src/geometry/conv2dInfo.js';

/** How a tensor came to be. Its values are the same whichever it is. */
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

/** A tensor to be made; plain data, as all of a call. */
export interface TensorSpec {
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  /** Of its values, which are whole numbers from −4 to 4. */
  seed: number;
  from: (typeof provenances)[number];
  disposed?: boolean;
  /** It is a reshaped view of this argument, and has its values. */
  sharing?: ArgumentName;
}

/** What is no plain data stands in a call by its name. */
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

/** What the argument really is: where it is a view, it has the dtype and the values of what it is a view of. */
export function resolved(call: FuzzCall, spec: TensorSpec): TensorSpec & {view?: ArgumentName} {
  const {sharing, shape} = spec;
  const shared = sharing && call.tensors[sharing];
  if (!isSpec(shared) || shared.sharing || sizeOf(shared.shape) !== sizeOf(shape)) return spec;
  return {...spec, dtype: shared.dtype, seed: shared.seed, view: sharing!};
}

/** The values of a tensor, which depend on its description alone. */
export function valuesOf(call: FuzzCall, spec: TensorSpec): Float32Array {
  const {shape, dtype, seed} = resolved(call, spec);
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({length: sizeOf(shape)}, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = ((state >>> 16) % 9) - 4;
    return dtype === 'bool' ? value & 1 : value;
  });
}
