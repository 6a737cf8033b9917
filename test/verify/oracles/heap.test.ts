import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type {WasmBackend} from '../../../src/backends/host/heap.js';
import {install} from '../../../src/plugin/install.js';
import {type OracleName, verify} from '../../../src/verify/index.js';
import {foreignKernel} from './foreign.js';

/** Small problems, of which the growth oracle takes some. */
const problems = [4, 5, 6].flatMap((width) => [2, 3].map((channels) => `ih1iw${width}ic1oc${channels}kh1kw2-same`));

type Params = Parameters<tf.KernelConfig['kernelFunc']>[0];
const heapOf = ({backend}: Params) => backend as unknown as WasmBackend;

async function failuresOf(oracles: OracleName[], pass: 'forward' | 'backpropInput' | 'backpropFilter') {
  const {results} = await verify({backends: ['wasm'], problems, oracles, passes: [pass], diagnose: false});
  expect(results.length).toBeGreaterThan(4);
  return results.flatMap(({status, reason}) => (status === 'failed' ? [reason] : []));
}

beforeEach(async () => {
  await tf.setBackend('wasm');
  install({tf});
});
afterAll(() => tf.setBackend('cpu'));

test.each([
  ['Conv2D', 'x', 'forward'],
  ['Conv2DBackpropInput', 'filter', 'backpropInput'],
  ['Conv2DBackpropFilter', 'dy', 'backpropFilter'],
] as const)('growth rejects a %s that views %s before it allocates its result', async (name, input, pass) => {
  const make = (early: boolean) => (right: (params: Params) => tf.TensorInfo) => (params: Params) => {
    const heap = heapOf(params);
    const view = heap.typedArrayFromHeap(params.inputs[input]!);
    const {length} = view;
    const result = right(params);
    const seen = early ? view : heap.typedArrayFromHeap(params.inputs[input]!);
    if (seen.length !== length) heap.typedArrayFromHeap(result).fill(Number.NaN);
    return result;
  };
  foreignKernel(name, make(true), 'wasm');
  const failures = await failuresOf(['growth'], pass);
  expect(failures.length).toBeGreaterThan(1);
  for (const reason of failures) expect(reason).toMatch(/^where the result makes the memory grow: element 0 is NaN/);
  expect(await failuresOf(['reference'], pass)).toEqual([]);
});

test('growth, poison and purity pass a kernel that views memory after it allocated its result', async () => {
  foreignKernel('Conv2D', (right) => (params) => right(params), 'wasm');
  expect(await failuresOf(['growth', 'poison', 'purity'], 'forward')).toEqual([]);
});

test('growth leaves the memory as large as before, but for the room that was needed', async () => {
  const {wasm} = tf.backend() as unknown as WasmBackend;
  const bytes = wasm.HEAPU8.length;
  expect(await failuresOf(['growth'], 'forward')).toEqual([]);
  expect(wasm.HEAPU8.length).toBeGreaterThan(bytes);
  expect(wasm.HEAPU8.length).toBeLessThan(30 * bytes);
  const block = wasm._malloc(bytes / 2);
  expect(block).not.toBe(0);
  wasm._free(block);
});

test('poison rejects a kernel that writes behind its result', async () => {
  foreignKernel(
    'Conv2D',
    (right) => (params) => {
      const result = right(params);
      const view = heapOf(params).typedArrayFromHeap(result);
      new Float32Array(view.buffer, view.byteOffset + view.byteLength, 1)[0] = 0;
      return result;
    },
    'wasm',
  );
  const failures = await failuresOf(['poison'], 'forward');
  // What it overwrites belongs to the memory's own lists, so other runs may end in a trap.
  expect(failures).toContain('it writes behind the end of a tensor');
});

test('poison rejects a kernel that reads behind x', async () => {
  foreignKernel(
    'Conv2D',
    (right) => (params) => {
      const result = right(params);
      const x = heapOf(params).typedArrayFromHeap(params.inputs['x']!);
      heapOf(params).typedArrayFromHeap(result)[0]! +=
        0 * new Float32Array(x.buffer, x.byteOffset + x.byteLength, 1)[0]!;
      return result;
    },
    'wasm',
  );
  const failures = await failuresOf(['poison'], 'forward');
  expect(failures.length).toBeGreaterThan(1);
  expect(failures[0]).toMatch(/^element 0 is .*, and NaN where /);
});

test('purity rejects a kernel that never frees a block of memory', async () => {
  foreignKernel(
    'Conv2D',
    (right) => (params) => {
      heapOf(params).wasm._malloc(100);
      return right(params);
    },
    'wasm',
  );
  const failures = await failuresOf(['purity'], 'forward');
  expect(new Set(failures)).toEqual(new Set(['1 block of memory is never freed']));
});
