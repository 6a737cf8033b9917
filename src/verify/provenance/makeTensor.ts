import type {KernelBackend, Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {backendNamed, backends} from '../../backends/index.js';
import {equipmentOf} from '../../backends/loadEquipment.js';
import type {Inputs} from '../reference/reference.js';
import {canHave, scaleOf} from './fitValues.js';
import type {ProvenanceName} from './names.js';
import type {Provenance} from './provenance.js';

type Shape = [number, number, number, number];
type Make = (values: Float32Array, shape: Shape) => Tensor4D;

/**
 * Makes a tensor with these values and this provenance. It is uploaded where a tensor of that provenance cannot have them. The values are
 * copied.
 */
export function makeTensor(name: ProvenanceName, values: Float32Array, shape: Shape): Tensor4D {
  const from = canHave(name, values) ? name : 'uploaded';
  return onDevice(() => tf.tidy(() => makers[from](values.slice(), shape)));
}

/** Reads the tensors that their provenance wants to have been read. */
export async function awaitReads(tensors: Record<keyof Inputs, Tensor4D>, provenance: Provenance): Promise<void> {
  for (const name of Object.keys(tensors) as (keyof Inputs)[]) {
    if (provenance[name] === 'readBack') await tensors[name].data();
  }
}

const uploaded: Make = (values, shape) => tf.tensor4d(values, shape);
/** Returns the tensor as the result of an operation. */
const computed = <T extends Tensor>(tensor: T): T => tf.mul(tensor, 1);
const nanTensor = (shape: Shape) => tf.fill(shape, Number.NaN);

const makers: Readonly<Record<ProvenanceName, Make>> = {
  uploaded,
  computed: (values, shape) => computed(uploaded(values, shape)),
  int32: (values, shape) => tf.cast(tf.tensor4d(Int32Array.from(values), shape, 'int32'), 'float32'),
  bool: (values, shape) => tf.cast(tf.tensor4d(Uint8Array.from(values), shape, 'bool'), 'float32'),
  sliced(values, [first, ...rest]) {
    // The slice comes from the middle of a tensor whose rest is NaN.
    const size = values.length / first;
    const around = new Float32Array(values.length + 2 * size).fill(Number.NaN);
    around.set(values, size);
    return tf.slice(uploaded(around, [first + 2, ...rest]), [1, 0, 0, 0], [first, ...rest]);
  },
  reshaped: (values, shape) => tf.reshape(computed(tf.tensor1d(values)), shape),
  transposed: (values, shape) => tf.transpose(uploaded(backwards(values, shape), reversed(shape)), [3, 2, 1, 0]),
  concatenated(values, shape) {
    const half = values.length >> 1;
    return tf.reshape(tf.concat([tf.tensor1d(values.slice(0, half)), tf.tensor1d(values.slice(half))]), shape);
  },
  cloned: (values, shape) => uploaded(values, shape).clone(),
  shared: uploaded, // `inputTensors` makes the others share it
  readBack: (values, shape) => computed(uploaded(values, shape)),
  packed: ownProvenance('packed'),
  unpacked: ownProvenance('unpacked'),
  moved: (values, shape) => tf.engine().makeTensor(values, shape, 'float32', otherBackend()) as Tensor4D,
  realPart: (values, shape) => tf.real(tf.complex(uploaded(values, shape), nanTensor(shape))) as Tensor4D,
  imaginaryPart: (values, shape) => tf.imag(tf.complex(nanTensor(shape), uploaded(values, shape))) as Tensor4D,
  pixels(values, shape) {
    const scale = scaleOf(values) ?? 1;
    const channels = [4, 3].find((count) => values.length % count === 0) ?? 1;
    const width = values.length / channels;
    const data = new Uint8Array(4 * width).fill(255);
    values.forEach((value, i) => {
      data[4 * Math.floor(i / channels) + (i % channels)] = value / scale;
    });
    const image = tf.cast(tf.browser.fromPixels({data, width, height: 1}, channels), 'float32');
    return tf.reshape(scale === 1 ? image : tf.mul(image, scale), shape);
  },
};

/** Makes tensors with a provenance that only some backends have. */
function ownProvenance(name: ProvenanceName): Make {
  return (values, shape) => {
    const make = equipmentOf(tf.getBackend()).provenances?.[name];
    return make ? make(uploaded(values, shape)) : uploaded(values, shape);
  };
}

function reversed([a, b, c, d]: Shape): Shape {
  return [d, c, b, a];
}

/** The values with the order of the axes reversed. */
function backwards(values: Float32Array, [a, b, c, d]: Shape): Float32Array {
  const moved = new Float32Array(values.length);
  let from = 0;
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        for (let l = 0; l < d; l++) moved[((l * c + k) * b + j) * a + i] = values[from++];
      }
    }
  }
  return moved;
}

/** Runs fn with all tensors on the device. tfjs would compute small ones on the host where it may. */
function onDevice<T>(fn: () => T): T {
  const flag = backendNamed(tf.getBackend())?.cpuForwardFlag;
  if (flag === undefined) return fn();
  const before = tf.env().getBool(flag);
  tf.env().set(flag, false);
  try {
    return fn();
  } finally {
    tf.env().set(flag, before);
  }
}

/** A host backend that is not the active one, or another instance of it. tfjs moves its data when a kernel reads them. */
function otherBackend(): KernelBackend {
  const host = tf.findBackend(backends().find(({engine}) => engine)?.name ?? '');
  if (host !== tf.backend()) return host;
  if (!spare) {
    spare = new (host.constructor as new () => KernelBackend)();
    // Otherwise its first tensor makes tfjs print its greeting again in Node.
    Object.assign(spare, {firstUse: false});
  }
  return spare;
}
let spare: KernelBackend | undefined;
