import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {availableEngines, engine} from '../../src/engine/index.js';
import {isOurs} from '../../src/plugin/kernels.js';
import {replacedKernels} from '../../src/plugin/session.js';

const gradients = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];
const registered = () => ({
  kernels: ['cpu', 'webgl'].flatMap((backend) => replacedKernels.map((name) => tf.getKernel(name, backend))),
  gradients: gradients.map((name) => tf.getGradient(name)),
});
const x = () => tf.ones([1, 4, 4, 1]) as tf.Tensor4D;
const filter = () => tf.ones([3, 3, 1, 1]) as tf.Tensor4D;
const convolve = () => tf.tidy(() => tf.conv2d(x(), filter(), 1, 'same').dataSync()[0]);

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

describe('install and uninstall', () => {
  it('replace every kernel and gradient, and restore exactly the originals', () => {
    const before = registered();
    install();
    const during = registered();
    for (const kernel of during.kernels) expect(isOurs(kernel?.kernelFunc)).toBe(true);
    for (const gradient of during.gradients) expect(isOurs(gradient?.gradFunc)).toBe(true);
    uninstall();
    const after = registered();
    after.kernels.forEach((kernel, i) => {
      expect(kernel).toBe(before.kernels[i]);
    });
    after.gradients.forEach((gradient, i) => {
      expect(gradient).toBe(before.gradients[i]);
    });
  });

  it('are silent and can be called twice', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const before = registered().kernels[0];
    install();
    const first = registered().kernels[0];
    install();
    expect(registered().kernels[0]).toBe(first);
    uninstall();
    uninstall();
    expect(registered().kernels[0]).toBe(before);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('leave the registries without own properties', () => {
    const maps = (globalThis as {_tfGlobals?: Map<string, object>})._tfGlobals;
    install();
    uninstall();
    for (const name of ['kernelRegistry', 'gradRegistry']) expect(Object.keys(maps?.get(name) ?? {})).toEqual([]);
  });

  it('keep setupFunc and disposeFunc of a replaced kernel', () => {
    const original = tf.getKernel('Conv2D', 'cpu');
    const [setupFunc, disposeFunc] = [jest.fn(), jest.fn()];
    tf.unregisterKernel('Conv2D', 'cpu');
    tf.registerKernel({...original, setupFunc, disposeFunc});
    install();
    expect(tf.getKernel('Conv2D', 'cpu')).toMatchObject({setupFunc, disposeFunc});
    uninstall();
    tf.unregisterKernel('Conv2D', 'cpu');
    tf.registerKernel(original);
  });

  it('serve the requested backends only, and a second install() replaces the options', () => {
    install({backends: ['cpu']});
    expect(isOurs(tf.getKernel('Conv2D', 'cpu').kernelFunc)).toBe(true);
    expect(isOurs(tf.getKernel('Conv2D', 'webgl').kernelFunc)).toBe(false);
    install({backends: ['webgl']});
    expect(isOurs(tf.getKernel('Conv2D', 'cpu').kernelFunc)).toBe(false);
    expect(isOurs(tf.getKernel('Conv2D', 'webgl').kernelFunc)).toBe(true);
  });

  it('use the requested algorithm and report fallbacks with their reason', () => {
    const installation = install({algorithm: 'transposed'});
    convolve();
    expect(installation.report().calls).toEqual([{backend: 'cpu', algorithm: 'direct', pass: 'forward', calls: 1}]);
    expect(installation.report().fallbacks).toEqual([
      {
        backend: 'cpu',
        pass: 'forward',
        requested: 'transposed',
        served: 'direct',
        reason: 'it has no forward',
        calls: 1,
      },
    ]);
    install({algorithm: 'im2col'});
    convolve();
    expect(installation.report().calls).toContainEqual({
      backend: 'cpu',
      algorithm: 'im2col',
      pass: 'forward',
      calls: 1,
    });
  });

  it('refuse unknown backends, algorithms and engines and change nothing', () => {
    const before = registered().kernels[0];
    expect(() => install({backends: ['gpu']})).toThrow(
      "install: convgrad has no kernels for backend 'gpu'; use cpu, wasm, webgl, webgpu, or a backend that has the kernels of one of them.",
    );
    expect(() => install({backends: 'cpu' as never})).toThrow(
      /install: backends must be an array of names such as 'cpu'; got "cpu"/,
    );
    expect(() => install({tf: {} as never})).toThrow(/install: tf must be the module '@tensorflow\/tfjs'/);
    expect(() => install({tf: {...tf, version_core: '3.21.0'} as never})).toThrow(
      'install: convgrad replaces kernels of tfjs 4, and this is tfjs 3.21.0; npm install @tensorflow/tfjs@4.',
    );
    expect(install({backends: ['cpu', 'cpu']}).report().kernels).toHaveLength(8);
    expect(install(null as never).report().serving).toBe(true);
    uninstall();
    expect(() => install({algorithm: 'magic'})).toThrow(
      /install: unknown algorithm 'magic'; use auto, implicitGemm, im2col, winograd, winograd4, fft, transposed, depthwise, direct/,
    );
    expect(() => install({engine: 'magic' as never})).toThrow(/install: unknown engine "magic"; use auto, .*simd, js/);
    expect(() => install({threads: 0})).toThrow(/install: threads must be a whole number from 1 to 32; got 0/);
    expect(registered().kernels[0]).toBe(before);
  });

  it.each(availableEngines())('use the requested engine, %s', (name) => {
    install({engine: name});
    tf.conv2d(x(), tf.ones([1, 1, 1, 1]) as tf.Tensor4D, 1, 'same').dispose();
    expect(engine().name).toBe(name);
    uninstall();
    expect(engine().name).toBe(availableEngines()[0]);
    install({engine: name});
    install();
    expect(engine().name).toBe(availableEngines()[0]);
  });

  it('also work through an import of tfjs-convgrad/register', async () => {
    await import('tfjs-convgrad/register');
    expect(isOurs(tf.getKernel('Conv2D', 'cpu').kernelFunc)).toBe(true);
  });
});

describe('a kernel that others register over ours', () => {
  const late = {
    kernelName: 'Conv2D',
    backendName: 'cpu',
    kernelFunc: () => ({dataId: {}, shape: [], dtype: 'float32' as const}),
  };

  it('stays after uninstall() and shows in the report', () => {
    jest.spyOn(console, 'warn').mockImplementation();
    const original = tf.getKernel('Conv2D', 'cpu');
    const installation = install();
    tf.registerKernel(late);
    expect(installation.report()).toMatchObject({serving: false});
    expect(installation.report().kernels).toContainEqual({
      backend: 'cpu',
      kernel: 'Conv2D',
      servedBy: 'registered over by others',
    });
    uninstall();
    expect(tf.getKernel('Conv2D', 'cpu')).toBe(late);
    tf.unregisterKernel('Conv2D', 'cpu');
    tf.registerKernel(original);
    jest.restoreAllMocks();
  });

  it('is replaced by a second install() and restored by uninstall()', () => {
    jest.spyOn(console, 'warn').mockImplementation();
    const original = tf.getKernel('Conv2D', 'cpu');
    install();
    tf.registerKernel(late);
    expect(install().report().serving).toBe(true);
    uninstall();
    expect(tf.getKernel('Conv2D', 'cpu')).toBe(late);
    tf.unregisterKernel('Conv2D', 'cpu');
    tf.registerKernel(original);
    jest.restoreAllMocks();
  });
});

describe('the report', () => {
  it('describes the state before and after a call and after uninstall()', async () => {
    const installation = install();
    expect(installation.report()).toMatchObject({
      installed: true,
      backend: 'cpu',
      serving: true,
      calls: [],
      fallbacks: [],
    });
    const n = convolve();
    expect(n).toBe(4);
    expect(installation.report().summary).toBe(
      'convgrad: cpu 8/8 kernels, wasm is not imported, webgl 8/8 kernels, webgpu is not imported, 5/5 layer classes; 1 call since install(); the active backend cpu is served.',
    );
    uninstall();
    convolve();
    expect(installation.report()).toMatchObject({installed: false, serving: false, calls: [], kernels: []});
  });
});
