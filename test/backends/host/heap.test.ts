import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {conv2d, install, uninstall} from 'tfjs-convgrad';
import type {WasmBackend} from '../../../src/backends/host/heap.js';
import {ConvgradError} from '../../../src/geometry/error.js';

const backend = () => tf.backend() as unknown as WasmBackend;
const held = () => ({tensors: tf.memory().numTensors, data: tf.backend().numDataIds()});
const ones = (...shape: [number, number, number, number]) => tf.ones<tf.Rank.R4>(shape);

/** Runs fn while allocations of at least `bytes` fail. */
function whileFull<T>(bytes: number, fn: () => T): T {
  const {wasm} = backend();
  const malloc = wasm._malloc;
  wasm._malloc = (wanted) => (wanted >= bytes ? 0 : malloc.call(wasm, wanted));
  try {
    return fn();
  } finally {
    wasm._malloc = malloc;
  }
}

/** More than tfjs allocates besides tensors, less than the results below. */
const limit = 1 << 18;
const bytes = 64 * 64 * 32 * 4;

type Inputs = Record<'x' | 'image' | 'filter' | 'depthwise' | 'bias', tf.Tensor>;
type Run = (inputs: Inputs) => tf.Tensor;

/** The name in the error message, and a call with a result of `bytes`. */
const calls: [string, Run][] = [
  ['conv2d', ({x, filter}) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')],
  ['conv2d', ({x, filter}) => conv2d({x, filter, strides: 1, pad: 'same'} as never)],
  ['conv2d', ({image, filter}) => tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NCHW')],
  [
    'fused.conv2d',
    (inputs) => tf.fused.conv2d({...(inputs as object), strides: 1, pad: 'same', activation: 'elu'} as never),
  ],
  ['depthwiseConv2d', ({x, depthwise}) => tf.depthwiseConv2d(x as tf.Tensor4D, depthwise as tf.Tensor4D, 1, 'same')],
  [
    'fused.depthwiseConv2d',
    ({x, depthwise, bias}) =>
      tf.fused.depthwiseConv2d({x, filter: depthwise, bias, strides: 1, pad: 'same', activation: 'relu'} as never),
  ],
  [
    'conv2dTranspose',
    ({x, filter}) => tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [1, 64, 64, 32], 1, 'same'),
  ],
];

beforeAll(() => tf.setBackend('wasm'));
afterEach(uninstall);

describe.each(['auto', 'direct', 'builtin'])('a full heap, with algorithm %s', (algorithm) => {
  it.each(calls)('makes %s throw an error with the byte count and leak nothing', (name, run) => {
    install({algorithm});
    const inputs = {
      ...{x: ones(1, 64, 64, 32), image: ones(1, 32, 64, 64)},
      ...{filter: ones(1, 1, 32, 32), depthwise: ones(1, 1, 32, 1), bias: tf.ones([32])},
    };
    const values = () =>
      tf.tidy(() => {
        const result = run(inputs);
        return [...result.dataSync().filter((_, i) => i % 1000 === 0)];
      });
    const want = values();
    const before = held();
    let error: unknown;
    try {
      whileFull(limit, values);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConvgradError);
    expect((error as Error).message).toMatch(new RegExp(`^${name}: .* ${bytes} bytes; dispose of tensors`));
    expect(held()).toEqual(before);
    expect(values()).toEqual(want);
    tf.dispose(Object.values(inputs));
  });
});

it('no operation writes to address 0 on a full heap, and uninstall() restores the backend', async () => {
  const own = () => Object.keys(backend()).sort();
  const before = own();
  install();
  expect(() => whileFull(limit, () => tf.fill([1000, 1000], 7))).toThrow(
    /^wasm backend: the wasm backend has no room for \[1000,1000\], 4000000 bytes/,
  );
  uninstall();
  expect(own()).toEqual(before);
});

describe('the wasm allocator, which can overflow its addresses,', () => {
  /** Runs fn on a heap of `length` bytes whose allocator always returns `place`. @returns the requested sizes */
  function onHeapOf(length: number, place: number, fn: () => void): number[] {
    install();
    const {wasm} = backend();
    const asked: number[] = [];
    const [malloc, free, heap] = [wasm._malloc, wasm._free, wasm.HEAPU8];
    wasm._malloc = (wanted) => {
      asked.push(wanted);
      return place;
    };
    wasm._free = () => {};
    wasm.HEAPU8 = {length};
    try {
      fn();
    } finally {
      [wasm._malloc, wasm._free, wasm.HEAPU8] = [malloc, free, heap];
    }
    return asked;
  }
  const large = () => tf.fill([2 ** 29 + 1], 1);

  it.each([
    [2 ** 31 - 2 ** 20, 1],
    [2 ** 31, 0],
    [2 ** 32 - 2 ** 16, 0],
  ])('gets no request for 2 GiB where a heap of %p bytes would overflow', (length, times) => {
    const asked = onHeapOf(length, 0, () => {
      expect(large).toThrow(/no room for \[536870913\], 2147483652 bytes/);
    });
    expect(asked).toHaveLength(times);
  });

  it('still gets requests that freed memory can satisfy', () => {
    const asked = onHeapOf(2 ** 32 - 2 ** 16, 0, () => {
      expect(() => tf.fill([2 ** 28], 1)).toThrow(/no room for/);
    });
    expect(asked).toEqual([2 ** 30 + 2 ** 16]);
  });

  it('disables the backend after it returns memory past the end of the heap', () => {
    const [x, filter] = [ones(1, 4, 4, 2), ones(1, 1, 2, 2)];
    onHeapOf(2 ** 24, 2 ** 24 - 8, () => {
      expect(() => tf.fill([1000], 1)).toThrow(/^wasm backend: .* computes nothing more, since its allocator gave out/);
    });
    expect(() => tf.conv2d(x, filter, 1, 'same')).toThrow(
      /^conv2d: .* computes nothing more, since its allocator gave/,
    );
    expect([...x.dataSync().subarray(0, 2)]).toEqual([1, 1]);
    tf.dispose([x, filter]);
  });
});

it('an input from another backend stays there when the heap has no room for it', async () => {
  install();
  await tf.setBackend('cpu');
  const [x, filter] = [ones(1, 64, 64, 32), ones(1, 1, 32, 1)];
  x.dataSync();
  await tf.setBackend('wasm');
  const sum = () => tf.tidy(() => tf.conv2d(x, filter, 1, 'same').sum().dataSync()[0]);
  expect(() => whileFull(limit, sum)).toThrow(/^conv2d: the wasm backend has no room for \[1,64,64,32\], 524288 bytes/);
  expect(sum()).toBe(32 * 64 * 64);
  tf.dispose([x, filter]);
});

it('a tensor that was allocated on a full heap is refused as input', () => {
  install();
  const filter = ones(1, 1, 2, 1);
  uninstall(); // tfjs alone does not look
  const x = whileFull(4, () => backend().makeOutput([1, 1, 1, 2], 'float32'));
  install();
  const broken = tf.engine().makeTensorFromTensorInfo(x) as tf.Tensor4D;
  expect(() => tf.conv2d(broken, filter, 1, 'same')).toThrow(/^conv2d: an input of shape \[1,1,1,2\] holds nothing/);
  filter.dispose();
});

it.each<[string, () => void]>([
  ['says nothing', () => {}],
  [
    'traps',
    () => {
      throw new WebAssembly.RuntimeError('Aborted()');
    },
  ],
])('a built-in kernel that runs out of scratch memory and %s gives an error', (_, end) => {
  const original = tf.getKernel('DepthwiseConv2dNative', 'wasm')!;
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  tf.unregisterKernel('DepthwiseConv2dNative', 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc({inputs, backend}) {
      const output = (backend as WasmBackend).makeOutput(inputs['x']!.shape, 'float32');
      end();
      return output;
    },
  });
  install();
  const [x, filter] = [ones(1, 4, 4, 2), ones(1, 1, 2, 1)];
  const before = held();
  const run = () => tf.depthwiseConv2d(x, filter, 1, 'same');
  expect(run).toThrow(/^depthwiseConv2d: the wasm backend has no room for what it takes to compute/);
  expect(run).toThrow(ConvgradError);
  expect(held()).toEqual(before);
  uninstall();
  tf.unregisterKernel('DepthwiseConv2dNative', 'wasm');
  tf.registerKernel(original);
  warn.mockRestore();
  tf.dispose([x, filter]);
});

it('a failed array allocation on cpu gives an error with the byte count and leaks nothing', async () => {
  await tf.setBackend('cpu');
  install({algorithm: 'direct'});
  const [x, filter] = [ones(1, 1, 1, 1), ones(1, 1, 1, 1)];
  const before = held();
  const whole = Float32Array;
  globalThis.Float32Array = new Proxy(whole, {
    construct(target, args: [number], newTarget) {
      if (args[0] === 10_201) throw new RangeError('Array buffer allocation failed');
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  try {
    expect(() => tf.conv2d(x, filter, 1, 50)).toThrow(
      /^conv2d: there is not enough memory for the result \(40804 bytes\)/,
    );
  } finally {
    globalThis.Float32Array = whole;
  }
  expect(held()).toEqual(before);
  expect(tf.tidy(() => tf.conv2d(x, filter, 1, 50).sum().dataSync()[0])).toBe(1);
  tf.dispose([x, filter]);
  await tf.setBackend('wasm');
});
