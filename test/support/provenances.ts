import * as tf from '@tensorflow/tfjs';
import {conv2d} from '../../src/index.js';

/** Makes a tensor of these integers and this shape, in one of the ways in which users get tensors. */
export type Provenance = (values: readonly number[], shape: number[]) => tf.Tensor | Promise<tf.Tensor>;

export type Backend = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

const sizeOf = (shape: readonly number[]) => tf.util.sizeFromShape([...shape]);
const plus = (values: readonly number[], by: number) => values.map((value) => value + by);

/** A tensor computed by an operation, with its values on the device. */
const computed = (values: readonly number[], shape: number[], dtype: 'float32' | 'int32' = 'float32') =>
  tf.add(tf.tensor(plus(values, -1), shape, dtype), tf.scalar(1, dtype));

/** How tfjs's webgl lays a tensor out follows from the first program that reads it: `cumsum` reads it unpacked, `add` packed. */
const unpacked = (tensor: tf.Tensor) => {
  tf.dispose(tf.cumsum(tensor));
  return tensor;
};
const packed = (tensor: tf.Tensor) => {
  tf.dispose(tf.add(tensor, 1));
  return tensor;
};

/** A tensor made by another backend, which the active one fetches on first use. */
async function onAnother(make: () => tf.Tensor, other: string): Promise<tf.Tensor> {
  const backend = tf.getBackend();
  await tf.setBackend(other);
  const tensor = make();
  await tensor.data();
  await tf.setBackend(backend);
  return tensor;
}

/** The backends from which a tensor may move to a given one. */
const others: Readonly<Record<Backend, Backend>> = {cpu: 'wasm', wasm: 'cpu', webgl: 'webgpu', webgpu: 'webgl'};

/** Bytes as pixels of an image of one row, three to a pixel. */
function pixelsOf(values: readonly number[]): ImageData {
  const count = Math.ceil(values.length / 3);
  const data = new Uint8ClampedArray(4 * count).fill(255);
  for (const [i, value] of values.entries()) data[4 * Math.floor(i / 3) + (i % 3)] = value;
  return new ImageData(data, count, 1);
}

function canvasOf(image: ImageData): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

/** Drops the extra values at the end of the last pixel. */
const asTensor = (pixels: tf.Tensor, shape: number[]) =>
  tf.reshape(tf.slice(tf.reshape(pixels, [-1]), 0, sizeOf(shape)), shape);

/** Provenances for integers of either sign. */
const ofIntegers: Readonly<Record<string, Provenance>> = {
  uploaded: (values, shape) => tf.tensor([...values], shape),
  computed,
  'cast from int32': (values, shape) => tf.tensor([...values], shape, 'int32').toFloat(),
  'cast from int32 on the device': (values, shape) => computed(values, shape, 'int32').toFloat(),
  'cast from int32, reshaped': (values, shape) => tf.reshape(tf.tensor1d([...values], 'int32').toFloat(), shape),
  'cast from int32, cloned': (values, shape) => tf.clone(tf.tensor([...values], shape, 'int32').toFloat()),
  'cast to int32 and back': (values, shape) => computed(values, shape).toInt().toFloat(),
  'cast after slicing': (values, shape) =>
    tf
      .slice(computed([...values, ...values], [2, values.length], 'int32'), [1], [1])
      .toFloat()
      .reshape(shape),
  'cast before slicing': (values, shape) =>
    tf.slice(computed([...values, ...values], [2, values.length], 'int32').toFloat(), [1], [1]).reshape(shape),
  'cast, its integers disposed': (values, shape) => {
    const integers = computed(values, shape, 'int32');
    const floats = integers.toFloat();
    integers.dispose();
    return floats;
  },
  'sliced along the first axis': (values, shape) =>
    tf.reshape(tf.slice(unpacked(tf.tensor([...values, ...values, ...values], [3, values.length])), [1], [1]), shape),
  'sliced along the first axis, packed': (values, shape) =>
    tf.reshape(tf.slice(packed(tf.tensor([...values, ...values], [2, values.length])), [1], [1]), shape),
  'sliced out of a vector': (values, shape) =>
    tf.reshape(tf.slice(unpacked(tf.tensor1d([7, 7, 7, ...values, 7])), 3, values.length), shape),
  'sliced along the last axis': (values, shape) => {
    const twice = values.flatMap((value) => [7, value, 7]);
    return tf.reshape(tf.slice(computed(twice, [values.length, 3]), [0, 1], [-1, 1]), shape);
  },
  'strided slice': (values, shape) =>
    tf.reshape(
      tf.stridedSlice(
        computed(
          values.flatMap((value) => [value, 7]),
          [2 * values.length],
        ),
        [0],
        [2 * values.length],
        [2],
      ),
      shape,
    ),
  'reshaped from a vector': (values, shape) => tf.reshape(computed(values, [values.length]), shape),
  'reshaped from a column, unpacked': (values, shape) =>
    tf.reshape(unpacked(tf.tensor([...values], [values.length, 1])), shape),
  'reshaped from rows, packed': (values, shape) =>
    tf.reshape(packed(tf.tensor([...values], [shape[0]!, values.length / shape[0]!])), shape),
  unpacked: (values, shape) => unpacked(tf.tensor([...values], shape)),
  transposed: (values, shape) => {
    const columns = shape[shape.length - 1]!;
    const rows = values.length / columns;
    const turned = Array.from({length: values.length}, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
    return tf.reshape(tf.transpose(computed(turned, [columns, rows])), shape);
  },
  concatenated: (values, shape) => {
    const half = Math.floor(values.length / 2);
    const parts = [values.slice(0, half), values.slice(half)].map((part) => tf.tensor1d([...part]));
    return tf.reshape(half > 0 ? tf.concat(parts) : parts[1]!, shape);
  },
  cloned: (values, shape) => tf.clone(computed(values, shape)),
  'a variable that was assigned to': (values, shape) => {
    const variable = tf.variable(tf.zeros(shape));
    variable.assign(tf.tensor([...values], shape, 'int32').toFloat());
    return variable;
  },
  'read back before': async (values, shape) => {
    const tensor = computed(values, shape);
    await tensor.data();
    return tensor;
  },
  'cast from int32, read back before': async (values, shape) => {
    const tensor = computed(values, shape, 'int32').toFloat();
    await tensor.data();
    return tensor;
  },
  'moved from cpu': (values, shape) => onAnother(() => tf.tensor([...values], shape), 'cpu'),
  'cast from int32 on cpu and moved': (values, shape) =>
    onAnother(() => tf.tensor([...values], shape, 'int32').toFloat(), 'cpu'),
  'computed on another backend and moved': (values, shape) =>
    onAnother(() => computed(values, shape, 'int32').toFloat(), others[tf.getBackend() as Backend]),
  'the result of one of our own kernels': (values, shape) =>
    tf.reshape(
      conv2d({
        x: tf.tensor4d([...values], [1, values.length, 1, 1]),
        filter: tf.ones([1, 1, 1, 1]),
        strides: 1,
        pad: 'valid',
      }),
      shape,
    ),
  filled: (values, shape) => tf.add(tf.fill(shape, 3), tf.tensor(plus(values, -3), shape, 'int32').toFloat()),
  gathered: (values, shape) =>
    tf.reshape(tf.gather(tf.tensor1d([...values].reverse()), tf.range(values.length - 1, -1, -1, 'int32')), shape),
};

/** Provenances for integers by way of another backend that reads them synchronously; webgpu takes seconds for that. */
const ofHost: Readonly<Record<string, Provenance>> = {
  'cast before it moved to another backend and back': (values, shape) => {
    const tensor = computed(values, shape, 'int32').toFloat();
    return onAnother(() => tf.add(tensor, 0) && tensor, others[tf.getBackend() as Backend]);
  },
};

/** Provenances for integers by way of complex tensors, which wasm lacks. */
const ofComplex: Readonly<Record<string, Provenance>> = {
  'the real part of a cast from int32': (values, shape) =>
    tf.real(tf.cast(computed(values, shape, 'int32'), 'complex64')),
  'the real part': (values, shape) => tf.real(tf.complex(computed(values, shape), tf.ones(shape))),
  'the imaginary part': (values, shape) => tf.imag(tf.complex(tf.ones(shape), computed(values, shape))),
};

/** Provenances for zeros and ones. */
const ofBits: Readonly<Record<string, Provenance>> = {
  'cast from bool': (values, shape) => tf.tensor(values.map(Boolean) as never, shape, 'bool').toFloat(),
  'a mask': (values, shape) => tf.greater(tf.tensor([...values], shape), 0.5).toFloat(),
  'a mask of integers': (values, shape) =>
    tf.notEqual(tf.tensor([...values], shape, 'int32'), tf.scalar(0, 'int32')).toFloat(),
  'the logical not of a mask': (values, shape) => tf.logicalNot(tf.less(tf.tensor([...values], shape), 0.5)).toFloat(),
  'a mask, moved from cpu': (values, shape) =>
    onAnother(() => tf.greater(tf.tensor([...values], shape), 0.5).toFloat(), 'cpu'),
  'one-hot': (values, shape) =>
    tf.reshape(
      tf.slice(
        tf
          .oneHot(
            tf.tensor1d(
              values.map((value) => 1 - value),
              'int32',
            ),
            2,
          )
          .toFloat(),
        [0, 0],
        [-1, 1],
      ),
      shape,
    ),
};

/** Provenances for bytes. */
const ofBytes: Readonly<Record<string, Provenance>> = {
  'pixels of an ImageData': (values, shape) => asTensor(tf.browser.fromPixels(pixelsOf(values)), shape).toFloat(),
  'pixels of a canvas': (values, shape) => asTensor(tf.browser.fromPixels(canvasOf(pixelsOf(values))).toFloat(), shape),
  'pixels of a bitmap': async (values, shape) =>
    asTensor(tf.browser.fromPixels(await createImageBitmap(pixelsOf(values))).toFloat(), shape),
  'pixels by fromPixelsAsync': async (values, shape) =>
    asTensor(await tf.browser.fromPixelsAsync(canvasOf(pixelsOf(values))), shape).toFloat(),
};

/** Buffers of webgpu and textures of webgl that the user made. */
const ofDevice: Readonly<Record<'webgl' | 'webgpu', Readonly<Record<string, Provenance>>>> = {
  webgpu: Object.fromEntries(
    (['float32', 'int32'] as const).flatMap((dtype) =>
      [true, false].map((zeroCopy): [string, Provenance] => [
        `a buffer of ${dtype}${zeroCopy ? ', not copied' : ''}`,
        (values, shape) => {
          const {device} = tf.backend() as unknown as {device: GPUDevice};
          // Longer than the tensor, as shared buffers may be.
          const buffer = device.createBuffer({
            mappedAtCreation: true,
            size: 4 * values.length + 16,
            usage: 0x80 | 0x4 | 0x8,
          });
          const Values = dtype === 'float32' ? Float32Array : Int32Array;
          new Values(buffer.getMappedRange()).set([...values, 7, 7, 7, 7]);
          buffer.unmap();
          return tf.tensor({buffer, zeroCopy} as never, shape, dtype).toFloat();
        },
      ]),
    ),
  ),
  webgl: {
    'a texture': (values, shape) => {
      const {gl} = (tf.backend() as unknown as {gpgpu: {gl: WebGL2RenderingContext}}).gpgpu;
      const texels = Math.ceil(values.length / 4);
      const texture = gl.createTexture()!;
      gl.bindTexture(gl.TEXTURE_2D, texture);
      for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
        gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
      const data = new Float32Array(4 * texels);
      data.set(values);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, texels, 1, 0, gl.RGBA, gl.FLOAT, data);
      return tf.reshape(
        tf.slice(
          tf.tensor({texture, height: 1, width: texels, channels: 'RGBA'} as never, [4 * texels], 'float32'),
          0,
          values.length,
        ),
        shape,
      );
    },
  },
};

interface GPUDevice {
  createBuffer(of: {mappedAtCreation: boolean; size: number; usage: number}): {
    getMappedRange(): ArrayBuffer;
    unmap(): void;
  };
}

/** Kinds of values, and how tensors of them are made. */
export function provenances(
  backend: Backend,
): {name: string; values: 'integers' | 'bits' | 'bytes'; make: Provenance}[] {
  const isGpu = backend === 'webgl' || backend === 'webgpu';
  const all = {
    integers: {...ofIntegers, ...(backend === 'wasm' ? {} : ofComplex), ...(isGpu ? ofDevice[backend] : ofHost)},
    bits: ofBits,
    // Node has no canvas.
    bytes: typeof document === 'undefined' ? {} : ofBytes,
  };
  return Object.entries(all).flatMap(([values, some]) =>
    Object.entries(some).map(([name, make]) => ({name, values: values as keyof typeof all, make})),
  );
}
