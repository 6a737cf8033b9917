import * as tf from '@tensorflow/tfjs';
import {conv2d, install, uninstall} from 'tfjs-convgrad';
import {callCounts} from '../../src/plugin/callCounts.js';
import {isOurs} from '../../src/plugin/kernels.js';
import {replacedKernels} from '../../src/plugin/session.js';

const kernels = () => replacedKernels.map((name) => tf.getKernel(name, 'cpu2')?.kernelFunc);
const x = () => tf.ones([1, 4, 4, 1]) as tf.Tensor4D;
const filter = () => tf.ones([3, 3, 1, 1]) as tf.Tensor4D;
/** tfjs alone refuses dilation in gradients. */
const gradient = () => tf.grad((w: tf.Tensor) => tf.conv2d(x(), w as tf.Tensor4D, 1, 'same', 'NHWC', 2))(filter());

function copy(name = 'cpu2'): void {
  tf.registerBackend(name, tf.findBackendFactory('cpu') as () => ReturnType<typeof tf.backend>);
  tf.copyRegisteredKernels('cpu', name);
}

beforeEach(() => void tf.engine().startScope());
afterEach(async () => {
  tf.engine().endScope();
  uninstall();
  await tf.setBackend('cpu');
  for (const kernel of tf.getKernelsForBackend('cpu2')) tf.unregisterKernel(kernel.kernelName, 'cpu2');
  tf.removeBackend('cpu2');
});

it.each<[string, () => ReturnType<typeof install>]>([
  [
    'copied before install()',
    () => {
      copy();
      return install();
    },
  ],
  [
    'copied before install({backends})',
    () => {
      copy();
      return install({backends: ['cpu2']});
    },
  ],
  [
    'copied after install()',
    () => {
      const installation = install();
      copy();
      return installation;
    },
  ],
])('a copied backend is served like the original, %s', async (_name, prepare) => {
  const stock = replacedKernels.map((name) => tf.getKernel(name, 'cpu').kernelFunc);
  const installation = prepare();
  await tf.setBackend('cpu2');
  expect(gradient().dataSync()).toEqual(new Float32Array([4, 8, 4, 8, 16, 8, 4, 8, 4]));
  const {serving, summary, calls} = installation.report();
  expect(serving).toBe(true);
  expect(summary).toContain('the active backend cpu2 is served');
  expect([...new Set(calls.map(({backend}) => backend))]).toEqual(['cpu2']);
  expect(kernels().every(isOurs)).toBe(true);
  uninstall();
  expect(kernels()).toEqual(stock);
});

it("conv2d() and its gradient run convgrad's kernels on a copied backend without install()", async () => {
  copy();
  await tf.setBackend('cpu2');
  const before = new Map(callCounts());
  expect(conv2d(x(), filter(), 1, 'valid').dataSync()).toEqual(new Float32Array([9, 9, 9, 9]));
  const dilated = tf.grad((w: tf.Tensor) => conv2d(x(), w as tf.Tensor4D, 1, 'same', 'NHWC', 2))(filter());
  expect(dilated.dataSync()).toEqual(new Float32Array([4, 8, 4, 8, 16, 8, 4, 8, 4]));
  const ran = [...callCounts()].filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name);
  expect(ran.sort()).toEqual(expect.arrayContaining(['cpu2/direct/backpropFilter', 'cpu2/direct/forward']));
  expect(kernels().filter(isOurs)).toEqual([]);
});

it('a backend with a kernel of its own is refused, and its kernel stays', () => {
  tf.registerBackend('cpu2', tf.findBackendFactory('cpu') as () => ReturnType<typeof tf.backend>);
  tf.registerKernel({...tf.getKernel('Conv2D', 'cpu'), backendName: 'cpu2', kernelFunc: () => []});
  expect(() => install({backends: ['cpu2']})).toThrow(
    "install: convgrad has no kernels for backend 'cpu2' (did you mean 'cpu'?); use cpu, wasm, webgl, webgpu, or a backend that has the kernels of one of them.",
  );
  expect(kernels().filter(isOurs)).toEqual([]);
  expect(tf.getKernel('Conv2D', 'cpu2').kernelFunc({inputs: {}, backend: {}})).toEqual([]);
});
