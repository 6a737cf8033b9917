import type {FuzzCall} from './call.js';
import {invalid, type Reading, Unjudged} from './reading.js';
import {broadcast, type Read, readTensor} from './readTensor.js';

/** What follows a convolution, read from a call. */
export interface ReadEpilogue {
  bias?: Read;
  slopes?: Read;
  activation: string;
  alpha: number;
  biasAt(index: number): number;
  slopeAt(index: number): number;
}

const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'];

export function readEpilogue(
  reading: Reading,
  call: FuzzCall,
  yShape: readonly number[],
  format: string,
): ReadEpilogue {
  const {activation, leakyreluAlpha} = call.attrs;
  const name = activation || 'linear'; // as tfjs takes what is empty
  if (!activation && activation !== undefined && activation !== null) reading.strict = false;
  if (typeof name !== 'string' || !activations.includes(name)) invalid('an unknown activation');
  const read = (argument: 'bias' | 'preluActivationWeights') => {
    const given = call.tensors[argument];
    if (given === undefined) return undefined;
    if ('value' in given && !given.value) {
      // Kernels of tfjs only check for truthiness.
      if (given.value !== undefined && given.value !== null && !call.entry.startsWith('kernel')) invalid('no tensor');
      reading.strict &&= given.value === undefined || given.value === null;
      return undefined;
    }
    const tensor = readTensor(reading, call, argument);
    return {...tensor, at: broadcast(tensor.shape, yShape, format)};
  };
  const bias = read('bias');
  if (name !== 'prelu' && call.tensors.preluActivationWeights) reading.strict = false;
  const slopes = name === 'prelu' ? read('preluActivationWeights') : undefined;
  if (name === 'prelu' && !slopes) invalid('prelu without slopes');
  const alpha = leakyreluAlpha ?? 0.2;
  if (name === 'leakyrelu' && !Number.isFinite(alpha)) {
    // tfjs converts other types to a number if it can.
    if (typeof alpha !== 'number') throw new Unjudged('an alpha that is no number');
    // An infinite slope is defined for negative values only.
    if (!Number.isNaN(alpha)) throw new Unjudged('an infinite alpha');
    invalid('an alpha of NaN');
  }
  return {
    ...(bias ? {bias} : {}),
    ...(slopes ? {slopes} : {}),
    activation: name as string,
    alpha: alpha as number,
    biasAt: (index) => (bias ? bias.values[bias.at(index)]! : 0),
    slopeAt: (index) => (slopes ? slopes.values[slopes.at(index)]! : 0),
  };
}

/** activation(y + bias), element by element. */
export function activate(y: ArrayLike<number>, epilogue: ReadEpilogue): {values: Float64Array; slack?: Float64Array} {
  const values = Float64Array.from(y, (value, i) => apply(value + epilogue.biasAt(i), epilogue, i));
  if (values.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 24)) return {values};
  return {values, slack: values.map((value) => 2 ** -18 * (Math.abs(value) + 1))};
}

function apply(value: number, {activation, alpha, slopeAt}: ReadEpilogue, index: number): number {
  switch (activation) {
    case 'relu':
      return Math.max(0, value);
    case 'relu6':
      return Math.min(6, Math.max(0, value));
    case 'elu':
      return value < 0 ? Math.expm1(value) : value;
    case 'sigmoid':
      return 1 / (1 + Math.exp(-value));
    case 'prelu':
      return value < 0 ? value * slopeAt(index) : value;
    case 'leakyrelu':
      return value < 0 ? value * alpha : value;
    default:
      return value;
  }
}

/** d activation(y + bias) / dy at one element; at corners what tfjs takes. */
export function slopeOf(y: ArrayLike<number>, epilogue: ReadEpilogue, index: number): number {
  const value = y[index]! + epilogue.biasAt(index);
  switch (epilogue.activation) {
    case 'relu':
      return value > 0 ? 1 : 0;
    case 'relu6':
      return value > 0 && value <= 6 ? 1 : 0;
    case 'elu':
      return value < 0 ? Math.exp(value) : 1;
    case 'sigmoid': {
      const y = 1 / (1 + Math.exp(-value));
      return y * (1 - y);
    }
    case 'prelu':
      return value > 0 ? 1 : epilogue.slopeAt(index);
    case 'leakyrelu':
      return value > 0 ? 1 : epilogue.alpha;
    default:
      return 1;
  }
}
