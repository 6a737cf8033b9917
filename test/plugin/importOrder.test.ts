import type * as tfjs from '@tensorflow/tfjs';
import type {KernelConfig} from '@tensorflow/tfjs';
import type * as convgrad from 'tfjs-convgrad';

type Tf = typeof tfjs;

/** The registries that copies of tfjs share. Emptied before each test, as in a new process. */
const globals = globalThis as {_tfGlobals?: Map<string, unknown>; _tfengine?: unknown};

/** A new copy of tfjs, in the same process and on the same global registries as the others. */
async function importTf(): Promise<Tf> {
  let copy: Tf | undefined;
  await jest.isolateModulesAsync(async () => {
    copy = await import('@tensorflow/tfjs');
  });
  return copy as Tf;
}

/** convgrad, and the copy of tfjs it resolves to. */
async function importBoth(): Promise<{tf: Tf; convgrad: typeof convgrad}> {
  jest.resetModules();
  return {tf: await import('@tensorflow/tfjs'), convgrad: await import('tfjs-convgrad')};
}

/** Takes a backend's kernels out of the registry, and gives back a function that registers them like its import does. */
function withhold(tf: Tf, backend: string): () => void {
  const kernels = tf.getKernelsForBackend(backend);
  for (const {kernelName, backendName} of kernels) tf.unregisterKernel(kernelName, backendName);
  return () => {
    for (const kernel of kernels) tf.registerKernel(kernel);
  };
}

beforeEach(() => {
  globals._tfGlobals = undefined;
  globals._tfengine = undefined;
  jest.spyOn(console, 'warn').mockImplementation();
});

/** The sum of nine ones, computed by conv2d of this copy of tfjs. */
function sumOfNine(tf: Tf): number {
  return tf.tidy(
    () => tf.conv2d(tf.ones([1, 3, 3, 1]) as tfjs.Tensor4D, tf.ones([3, 3, 1, 1]), 1, 'valid').dataSync()[0],
  );
}

const conv2dOn = (tf: Tf, backend: string) => tf.getKernel('Conv2D', backend) as KernelConfig | undefined;

it('serves a backend that is imported after install()', async () => {
  const {tf, convgrad} = await importBoth();
  const importWebgl = withhold(tf, 'webgl');
  const installation = convgrad.install();
  const of = (backend: string) => installation.report().kernels.filter((kernel) => kernel.backend === backend);
  expect(of('cpu').every(({servedBy}) => servedBy === 'convgrad')).toBe(true);
  expect(of('webgl').every(({servedBy}) => servedBy === 'not imported')).toBe(true);
  expect(installation.report().summary).toContain('webgl is not imported');
  importWebgl();
  expect(of('webgl').every(({servedBy}) => servedBy === 'convgrad')).toBe(true);
  convgrad.uninstall();
  expect(String(conv2dOn(tf, 'webgl')?.kernelFunc)).toContain('conv2d');
  expect(of('webgl')).toEqual([]);
});

it('serves backends imported before and after a second install()', async () => {
  const {tf, convgrad} = await importBoth();
  const importCpu = withhold(tf, 'cpu');
  const installation = convgrad.install();
  importCpu();
  convgrad.install();
  const imported = installation.report().kernels.filter(({backend}) => ['cpu', 'webgl'].includes(backend));
  expect(imported.map(({servedBy}) => servedBy)).toEqual(Array(16).fill('convgrad'));
});

it('ignores a backend that was not requested, even if it is imported later', async () => {
  const {tf, convgrad} = await importBoth();
  const importWebgl = withhold(tf, 'webgl');
  const installation = convgrad.install({backends: ['cpu']});
  importWebgl();
  expect(installation.report().kernels.map(({backend}) => backend)).not.toContain('webgl');
});

it('keeps serving when a second copy of tfjs is imported, which install({tf}) can serve', async () => {
  const {tf, convgrad} = await importBoth();
  const installation = convgrad.install();
  await tf.setBackend('cpu');
  const second = await importTf();
  expect(second).not.toBe(tf);
  expect(installation.report().serving).toBe(true);
  const y = sumOfNine(second);
  expect(y).toBe(9);
  expect(installation.report().calls).toEqual([{backend: 'cpu', algorithm: 'direct', pass: 'forward', calls: 1}]);
  convgrad.uninstall();
  expect(convgrad.install({tf: second}).report().serving).toBe(true);
  convgrad.uninstall();
});

it('serves an isolated copy of tfjs through install({tf})', async () => {
  const {tf, convgrad} = await importBoth();
  globals._tfGlobals = undefined;
  globals._tfengine = undefined;
  const apart = await importTf();
  const before = conv2dOn(apart, 'cpu');
  await apart.setBackend('cpu');
  const here = convgrad.install();
  expect(conv2dOn(apart, 'cpu')).toBe(before);
  const there = convgrad.install({tf: apart});
  expect(there.report()).toMatchObject({installed: true, serving: true});
  expect(conv2dOn(apart, 'cpu')).not.toBe(before);
  const y = sumOfNine(apart);
  expect(y).toBe(9);
  expect(here.report().installed).toBe(true);
  convgrad.uninstall();
  expect(conv2dOn(apart, 'cpu')).toBe(before);
  expect(conv2dOn(tf, 'cpu')).toBeDefined();
});

it('changes neither engine, threads nor choices of another copy of tfjs', async () => {
  const {convgrad} = await importBoth();
  globals._tfGlobals = undefined;
  globals._tfengine = undefined;
  const apart = await importTf();
  await apart.setBackend('cpu');
  const large = () =>
    apart.tidy(
      () =>
        void apart
          .conv2d(apart.ones<tfjs.Rank.R4>([1, 64, 64, 16]), apart.ones<tfjs.Rank.R4>([3, 3, 16, 16]), 1, 'same')
          .dataSync(),
    );
  const first = convgrad.install({tf: apart, engine: 'js', threads: 1});
  large();
  const {plan} = first.report();
  expect(plan.engine).toBe('js');
  convgrad.install();
  expect(first.report().plan).toEqual(plan);
  convgrad.install({engine: 'js', threads: 1});
  const refused = (name: string, theirs: string) =>
    new RegExp(
      `^install: ${name} holds for the whole process, .* another copy of tfjs with ${theirs}; .*uninstall\\(\\)`,
    );
  expect(() => convgrad.install({engine: 'simd'})).toThrow(refused('engine', 'engine: "js"'));
  expect(() => convgrad.install({threads: 2})).toThrow(refused('threads', 'threads: 1'));
  expect(() => convgrad.install({plan: {choices: {}}})).toThrow(refused('plan', 'plan: "auto"'));
  expect(first.report().plan).toEqual(plan);
  convgrad.uninstall();
  convgrad.install({engine: 'simd'});
  convgrad.install(); // the only installation replaces its own options
  convgrad.uninstall();
});

it('patches the layers of each installed copy of tfjs, and uninstall() restores them all', async () => {
  const {tf, convgrad} = await importBoth();
  const second = await importTf();
  const callOf = (copy: Tf) => copy.layers.conv2d({filters: 1, kernelSize: 1}).call;
  const before = [tf, second].map(callOf);
  expect(before[0]).not.toBe(before[1]);
  convgrad.install();
  expect(callOf(tf)).not.toBe(before[0]);
  expect(callOf(second)).toBe(before[1]);
  const there = convgrad.install({tf: second});
  expect(there.report().layers.every(({servedBy}) => servedBy === 'convgrad')).toBe(true);
  await second.setBackend('cpu');
  const layer = second.layers.conv2d({filters: 1, kernelSize: 2, dilationRate: 2, activation: 'tanh'});
  const gradient = second.grad((x) => layer.apply(x) as tfjs.Tensor);
  expect(gradient(second.ones([1, 3, 3, 1])).shape).toEqual([1, 3, 3, 1]);
  convgrad.uninstall();
  expect([tf, second].map(callOf)).toEqual(before);
  expect(() => gradient(second.ones([1, 3, 3, 1]))).toThrow(/dilation rates greater than 1/);
});

it('adds the kernels that an imported backend lacks, and uninstall() removes them', async () => {
  const {tf, convgrad} = await importBoth();
  const installation = convgrad.install();
  jest.mocked(console.warn).mockClear();
  await import('@tensorflow/tfjs-backend-wasm');
  expect(console.warn).not.toHaveBeenCalled();
  const onWasm = installation.report().kernels.filter(({backend}) => backend === 'wasm');
  expect(onWasm.map(({servedBy}) => servedBy)).toEqual(onWasm.map(() => 'convgrad'));
  await tf.setBackend('wasm');
  const gradient = () =>
    tf.tidy(() => {
      const x = tf.ones([1, 3, 3, 1]) as tfjs.Tensor4D;
      return tf.grad((w) => tf.conv2d(x, w as tfjs.Tensor4D, 1, 'valid'))(tf.ones([2, 2, 1, 1]));
    });
  expect([...gradient().dataSync()]).toEqual([4, 4, 4, 4]);
  const y = tf.tidy(() => tf.conv2d(tf.ones([1, 3, 3, 2]) as tfjs.Tensor4D, tf.ones([3, 3, 2, 1]), 1, 0).dataSync()[0]);
  expect(y).toBe(18);
  expect(installation.report()).toMatchObject({
    serving: true,
    // Such a small forward pass is delegated.
    builtin: [{backend: 'wasm', pass: 'forward', calls: 1}],
  });
  convgrad.uninstall();
  // wasm was initialised with convgrad in place: the built-in kernels must have been set up all the same.
  expect(sumOfNine(tf)).toBe(9);
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
  expect(gradient).toThrow(/Conv2DBackpropFilter/);
});

it('adds nothing if uninstall() comes before the import ends', async () => {
  const {tf, convgrad} = await importBoth();
  convgrad.install();
  const importing = import('@tensorflow/tfjs-backend-wasm');
  convgrad.uninstall();
  await importing;
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
  expect(String(conv2dOn(tf, 'wasm')?.kernelFunc)).toContain('conv2d');
});

it('tells a single registered kernel from the import of a backend', async () => {
  const {tf, convgrad} = await importBoth();
  await import('@tensorflow/tfjs-backend-wasm');
  const importWasm = withhold(tf, 'wasm');
  const first = {kernelName: 'Mine', backendName: 'wasm', kernelFunc: () => []};
  tf.registerKernel(first);
  const installation = convgrad.install(); // wasm has a kernel, so all of ours are put beside it
  const servedBy = () => installation.report().kernels.filter(({backend}) => backend === 'wasm');
  importWasm();
  await Promise.resolve();
  expect(servedBy().map((row) => row.servedBy)).toEqual(servedBy().map(() => 'convgrad'));
  tf.registerKernel({...first, kernelName: 'Conv2DBackpropFilter'});
  expect(servedBy()).toContainEqual({
    backend: 'wasm',
    kernel: 'Conv2DBackpropFilter',
    servedBy: 'registered over by others',
  });
  convgrad.uninstall();
  expect(String(conv2dOn(tf, 'wasm')?.kernelFunc)).toContain('conv2d');
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')?.kernelFunc).toBe(first.kernelFunc);
});

describe('a user kernel that wasm lacks stays in place', () => {
  const theirs = {kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc: () => []};
  const others = ['Prelu', 'Relu', 'Elu', 'Add'].map((kernelName) => ({...theirs, kernelName}));

  it.each([
    ['before wasm is imported', true, false],
    ['in the job that imports wasm', false, false],
    ['among a few others of theirs, before wasm is imported', true, true],
  ])('registered %s', async (_, before, among) => {
    const {tf, convgrad} = await importBoth();
    const installation = convgrad.install();
    const register = () => [theirs, ...(among ? others : [])].forEach((kernel) => void tf.registerKernel(kernel));
    if (before) {
      register();
      await Promise.resolve();
      expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBe(theirs);
    }
    require('@tensorflow/tfjs-backend-wasm');
    if (!before) register();
    await Promise.resolve();
    const onWasm = installation.report().kernels.filter(({backend}) => backend === 'wasm');
    expect(onWasm.filter(({servedBy}) => servedBy !== 'convgrad')).toEqual([
      {backend: 'wasm', kernel: 'Conv2DBackpropFilter', servedBy: 'registered over by others'},
    ]);
    convgrad.uninstall();
    expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBe(theirs);
    expect(String(conv2dOn(tf, 'wasm')?.kernelFunc)).toContain('conv2d');
  });
});

it('leaves kernels alone that a user registers for several backends in one loop', async () => {
  const {tf, convgrad} = await importBoth();
  convgrad.install();
  const names = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter', 'FusedConv2D', 'Prelu', 'Relu', 'Elu', 'Add'];
  const kernelFunc = () => [];
  for (const backendName of ['cpu', 'webgl']) {
    for (const kernelName of names) tf.registerKernel({kernelName, backendName, kernelFunc});
  }
  await Promise.resolve();
  expect(names.map((name) => tf.getKernel(name, 'cpu').kernelFunc)).toEqual(names.map(() => kernelFunc));
  expect(conv2dOn(tf, 'webgl')?.kernelFunc).toBe(kernelFunc);
});
