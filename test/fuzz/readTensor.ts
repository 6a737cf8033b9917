import {type ArgumentName, type FuzzCall, isSpec, resolved, type TensorSpec, valuesOf} from './call.js';
import {invalid, type Reading} from './reading.js';

/** A tensor of a call, as the reference takes it. */
export interface Read {
  shape: readonly number[];
  values: Float32Array;
}

/** @throws InvalidCall unless the argument is a living tensor of numbers */
export function readTensor(reading: Reading, call: FuzzCall, name: ArgumentName): Read {
  const argument = call.tensors[name];
  if (!isSpec(argument)) invalid(`${name} is no tensor`);
  const spec = resolved(call, argument as TensorSpec);
  if (spec.disposed || spec.dtype === 'string' || spec.dtype === 'complex64') invalid(`${name} has no numbers`);
  if (spec.dtype !== 'float32') reading.strict = false;
  return {shape: spec.shape, values: valuesOf(call, spec)};
}

/** Adds a batch dimension if there is none. */
export function withBatch({shape, values}: Read, rank = 4): Read {
  return {shape: shape.length === rank - 1 ? [1, ...shape] : shape, values};
}

/** For each element of y, the index of the element broadcast to it. */
export function broadcast(
  shape: readonly number[],
  yShape: readonly number[],
  format: string,
): (index: number) => number {
  const channels = format === 'NCHW' && shape.length === 1 && shape[0] !== 1;
  const met = channels ? [shape[0]!, 1, 1] : shape;
  const skipped = yShape.length - met.length;
  if (skipped < 0 || !met.every((size, i) => size === 1 || size === yShape[skipped + i]))
    invalid('it does not broadcast');
  return (index) => {
    let [rest, at, stride] = [index, 0, 1];
    for (let axis = yShape.length - 1; axis >= skipped; axis--) {
      const size = met[axis - skipped]!;
      if (size > 1) at += (rest % yShape[axis]!) * stride;
      stride *= size;
      rest = Math.floor(rest / yShape[axis]!);
    }
    return at;
  };
}
