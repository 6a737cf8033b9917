import * as tf from '@tensorflow/tfjs';
import {type ArgumentName, type FuzzCall, isSpec, type OddValue, resolved, type TensorSpec, valuesOf} from './call.js';

export type Arguments = Partial<Record<ArgumentName, unknown>>;

/** Makes the arguments of a call on the active backend. @returns undefined if the backend has no such tensors */
export async function makeArguments(call: FuzzCall): Promise<Arguments | undefined> {
  const made: Arguments = {};
  const all = Object.entries(call.tensors) as [ArgumentName, TensorSpec | {value: unknown}][];
  const specs = all.flatMap(([name, argument]) =>
    isSpec(argument) ? [[name, resolved(call, argument)] as const] : [],
  );
  const hasComplex = tf.getKernel('Complex', tf.getBackend()) !== undefined;
  if (!hasComplex && specs.some(([, {dtype}]) => dtype === 'complex64')) return undefined;
  for (const [name, argument] of all) if (!isSpec(argument)) made[name] = real(argument.value);
  for (const [name, spec] of specs) if (!spec.view) made[name] = await makeTensor(call, spec);
  for (const [name, {view, shape}] of specs) if (view) made[name] = tf.reshape(made[view] as tf.Tensor, [...shape]);
  for (const [name, {disposed}] of specs) if (disposed) (made[name] as tf.Tensor).dispose();
  return made;
}

/** The value that a name in a call stands for. */
export function real(value: unknown): unknown {
  switch ((value as OddValue | null | undefined)?.odd) {
    case undefined:
      return value;
    case 'symbol':
      return Symbol('odd');
    case 'function':
      return () => 1;
    case 'bigint':
      return 1n;
    case 'date':
      return new Date(0);
    case 'lookalike':
      return {dataId: {}, shape: [1, 3, 3, 1], dtype: 'float32', rank: 4, size: 9};
    case 'proxy':
      return new Proxy({}, {get: () => undefined});
  }
}

async function makeTensor(call: FuzzCall, spec: TensorSpec): Promise<tf.Tensor> {
  const shape = [...spec.shape];
  const values = valuesOf(call, spec);
  switch (spec.dtype) {
    case 'string':
      return tf.tensor(Array.from(values, String), shape, 'string');
    case 'complex64':
      return tf.tidy(() => tf.complex(tf.tensor(values, shape), tf.tensor(values, shape)));
    case 'int32':
      return tf.tensor(Int32Array.from(values), shape, 'int32');
    case 'bool':
      return tf.tensor(Uint8Array.from(values), shape, 'bool');
  }
  const plain = (of = values, as = shape) => tf.tensor(of, as, 'float32');
  switch (spec.from) {
    case 'uploaded':
      return plain();
    case 'computed':
      return tf.tidy(() => tf.add(plain(), 0));
    case 'cast':
      return tf.tidy(() => tf.tensor(Int32Array.from(values), shape, 'int32').toFloat());
    case 'reshaped':
      return tf.tidy(() => plain(values, [values.length]).reshape(shape));
    case 'sliced':
      return tf.tidy(() =>
        tf.slice(tf.concat([tf.ones([3]), plain(values, [values.length])]), [3], [values.length]).reshape(shape),
      );
    case 'transposed':
      return tf.tidy(() => (values.length > 0 ? tf.transpose(tf.transpose(plain())) : plain()));
    case 'cloned':
      return tf.tidy(() => plain().clone());
    case 'variable':
      return tf.tidy(() => tf.variable(plain()));
    case 'read before': {
      const tensor = plain();
      await tensor.data();
      return tensor;
    }
    case 'from cpu': {
      const backend = tf.getBackend();
      await tf.setBackend('cpu');
      const tensor = plain();
      await tf.setBackend(backend);
      return tensor;
    }
    case 'real part':
      if (!tf.getKernel('Complex', tf.getBackend())) return plain();
      return tf.tidy(() => tf.real(tf.complex(plain(), plain())));
  }
}
