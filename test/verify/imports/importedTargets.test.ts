import type {GradConfig, NamedAttrMap, Tensor} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from '../../../src/plugin/install.js';
import {isGood, type VerifyOptions, type VerifyReport, verify} from '../../../src/verify/index.js';
import {unjudged} from '../../../src/verify/report/report.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0)) one();
  uninstall();
});

const plain = 'mb2ih5iw6ic2oc3kh3kw2sh2sw1-same';
const dilated = 'ih6iw6ic2oc2kh3kw3dh2dw2-p2';

type Gradients = Record<string, () => Tensor>;

/** Registers convgrad's gradient changed by `change`. @returns the registration */
function registerGradient(
  change: (right: Gradients, attrs: NamedAttrMap) => Gradients,
  kernelName = 'Conv2D',
): GradConfig {
  install({tf});
  const right = tf.getGradient(kernelName);
  const theirs: GradConfig = {
    ...right,
    gradFunc: (dy, saved, attrs) => change(right.gradFunc(dy, saved, attrs) as Gradients, attrs),
  };
  tf.unregisterGradient(kernelName);
  tf.registerGradient(theirs);
  undo.push(() => {
    tf.unregisterGradient(kernelName);
    tf.registerGradient(right);
  });
  return theirs;
}

type KernelFunc = ReturnType<typeof tf.getKernel>['kernelFunc'];

/** Registers convgrad's kernels changed by `changes`. */
function registerKernels(changes: Record<string, (right: KernelFunc) => KernelFunc>): void {
  const names = Object.keys(changes);
  const originals = names.map((name) => tf.getKernel(name, 'cpu'));
  install({tf});
  for (const kernel of names.map((name) => tf.getKernel(name, 'cpu'))) {
    tf.unregisterKernel(kernel.kernelName, 'cpu');
    tf.registerKernel({...kernel, kernelFunc: changes[kernel.kernelName]!(kernel.kernelFunc)});
  }
  undo.push(() => {
    uninstall();
    for (const original of originals) {
      tf.unregisterKernel(original.kernelName, 'cpu');
      tf.registerKernel(original);
    }
  });
}

function judge(options: VerifyOptions = {}): Promise<VerifyReport> {
  return verify({backends: ['cpu'], problems: [plain, dilated], diagnose: false, ...options});
}

const failuresOf = ({results}: VerifyReport) =>
  new Set(
    results.flatMap(({status, algorithm, pass, problem}) =>
      status === 'failed' ? [`${algorithm} ${pass}${problem.includes('dh2') ? ' dilated' : ''}`] : [],
    ),
  );

const isDilated = ({dilations}: NamedAttrMap) => [dilations].flat().some((step) => Number(step) > 1);

describe('an imported gradient', () => {
  test('passes if it is right, stays registered, and is judged alone', async () => {
    const theirs = registerGradient(({x, filter}) => ({x: () => tf.mul(x!(), 1), filter: filter!}));
    const report = await judge();
    expect(isGood(report)).toBe(true);
    expect(new Set(report.results.map(({algorithm, pass}) => `${algorithm} ${pass}`))).toEqual(
      new Set(['imported-gradient backpropInput', 'imported-gradient backpropFilter']),
    );
    expect(report.results.filter(({oracle, status}) => oracle === 'secondOrder' && status === 'passed')).not.toEqual(
      [],
    );
    expect(report.imported).toEqual([{title: 'the gradient of Conv2D', calls: expect.any(Number), asked: true}]);
    expect(tf.getGradient('Conv2D')).toBe(theirs);
  });

  test('passes if it is right beside right kernels, under dilation too', async () => {
    const names = ['Conv2DBackpropInput', 'Conv2DBackpropFilter'];
    const originals = names.map((name) => tf.getKernel(name, 'cpu'));
    install({tf});
    const kernels = names.map((name) => tf.getKernel(name, 'cpu'));
    for (const {kernelName, backendName, kernelFunc} of kernels) {
      tf.unregisterKernel(kernelName, backendName);
      tf.registerKernel({kernelName, backendName, kernelFunc: (call) => kernelFunc(call)});
    }
    undo.push(() => {
      uninstall();
      for (const original of originals) {
        tf.unregisterKernel(original.kernelName, 'cpu');
        tf.registerKernel(original);
      }
    });
    const run = (name: string, inputs: Record<string, Tensor>, attrs: object) =>
      tf.engine().runKernel(name, inputs, attrs as NamedAttrMap) as Tensor;
    const right = tf.getGradient('Conv2D');
    tf.unregisterGradient('Conv2D');
    tf.registerGradient({
      ...{kernelName: 'Conv2D', inputsToSave: ['x', 'filter']},
      gradFunc: (dy, [x, filter], attrs) => ({
        x: () => run('Conv2DBackpropInput', {dy: dy as Tensor, filter: filter!}, {...attrs, inputShape: x!.shape}),
        filter: () => run('Conv2DBackpropFilter', {x: x!, dy: dy as Tensor}, {...attrs, filterShape: filter!.shape}),
      }),
    });
    undo.push(() => {
      tf.unregisterGradient('Conv2D');
      tf.registerGradient(right);
    });
    const report = await judge();
    expect(failuresOf(report)).toEqual(new Set());
    expect(isGood(report)).toBe(true);
    const skipped = report.results.filter(({oracle, status}) => oracle === 'secondOrder' && status === 'skipped');
    expect(skipped.map(({problem, reason}) => [problem.includes('dh2'), reason])).toContainEqual([
      true,
      expect.stringContaining('no other kernel is known to take dilations [2,2]'),
    ]);
  });

  test('fails under dilation if it halves dFilter there', async () => {
    registerGradient(({x, filter}, attrs) => ({
      x: x!,
      filter: () => tf.mul(filter!(), isDilated(attrs) ? 0.5 : 1),
    }));
    expect(failuresOf(await judge())).toEqual(new Set(['imported-gradient backpropFilter dilated']));
  });

  test('fails in dX and dFilter if both are scaled, against the built-in too', async () => {
    registerGradient(({x, filter}) => ({x: () => tf.mul(x!(), 2), filter: () => tf.mul(filter!(), 0.5)}));
    const report = await judge({problems: [plain]});
    expect(failuresOf(report)).toEqual(
      new Set(['imported-gradient backpropInput', 'imported-gradient backpropFilter']),
    );
    const byBuiltin = report.results.find(({oracle, status}) => oracle === 'builtin' && status === 'failed');
    expect(byBuiltin?.reason).not.toContain('the built-in itself');
  });

  test('fails in second derivatives if it is detached from the tape', async () => {
    const cut = (make: () => Tensor) => () => {
      const t = make();
      return tf.tensor(t.dataSync(), t.shape);
    };
    registerGradient(({x, filter}) => ({x: cut(x!), filter: cut(filter!)}));
    const report = await judge({problems: [plain]});
    const failed = report.results.filter(({status}) => status === 'failed');
    expect(failed.map(({oracle, pass, reason}) => ({oracle, pass, reason}))).toEqual(
      ['backpropInput', 'backpropFilter'].map((pass) => ({
        oracle: 'secondOrder',
        pass,
        reason: expect.stringMatching(/^the gradient of Conv2D, as imported, .*detached from tfjs's tape/),
      })),
    );
  });

  test.each(['Conv2DBackpropInput', 'Conv2DBackpropFilter'])('of %s is judged by second derivatives', async (name) => {
    const wrong = (gradients: Gradients) =>
      Object.fromEntries(Object.entries(gradients).map(([key, make]) => [key, () => tf.mul(make(), 2)]));
    registerGradient(wrong, name);
    const report = await judge({problems: [plain]});
    expect(failuresOf(report)).toEqual(new Set([`imported-gradient ${name.replace('Conv2DB', 'b')}`]));
    expect(new Set(report.results.map(({oracle, status}) => (status === 'skipped' ? '' : oracle)))).toEqual(
      new Set(['', 'secondOrder']),
    );
  });

  test('is skipped under dilation if it throws there, as tfjs does', async () => {
    registerGradient((right, attrs) => {
      if (isDilated(attrs)) throw new Error('no dilation');
      return right;
    });
    const report = await judge();
    expect(isGood(report)).toBe(true);
    expect(report.skipReasons).toContainEqual(
      expect.objectContaining({reason: 'the imported gradient of Conv2D threw: no dilation'}),
    );
  });

  test('fails if it throws without dilation', async () => {
    registerGradient(() => {
      throw new Error('no luck');
    });
    const {results} = await judge({problems: [plain]});
    expect(new Set(results.map(({status, reason}) => `${status}: ${reason}`))).toEqual(
      new Set(['failed: the imported gradient of Conv2D threw: no luck']),
    );
  });
});

test('imported kernels are judged alone and together with an imported gradient', async () => {
  registerGradient(({x, filter}) => ({x: x!, filter: filter!}));
  const kernel = tf.getKernel('Conv2DBackpropFilter', 'cpu');
  tf.unregisterKernel('Conv2DBackpropFilter', 'cpu');
  const double = (params: Parameters<typeof kernel.kernelFunc>[0]) =>
    tf.tidy(() => tf.mul(tf.engine().makeTensorFromTensorInfo(kernel.kernelFunc(params) as tf.TensorInfo), 2));
  tf.registerKernel({...kernel, kernelFunc: double});
  undo.push(() => {
    tf.unregisterKernel('Conv2DBackpropFilter', 'cpu');
    tf.registerKernel(kernel);
  });
  const report = await judge({problems: [plain], oracles: ['reference']});
  expect(failuresOf(report)).toEqual(new Set(['imported backpropFilter', 'imported-gradient backpropFilter']));
});

test('a kernel that changes its attributes is blamed for later failures', async () => {
  registerKernels({
    Conv2DBackpropInput: (right) => (call) => {
      const dx = right(call);
      (call.attrs!['inputShape'] as number[])[0] = 1;
      return dx;
    },
  });
  const {results} = await judge({problems: [`${plain}-linear`], oracles: ['reference', 'purity']});
  const failed = results.filter(({status}) => status === 'failed');
  expect(failed.map(({reason}) => reason?.includes('; then: '))).toContain(true);
  for (const {reason} of failed)
    expect(reason).toMatch(
      /^Conv2DBackpropInput changed its attributes from \{.*"inputShape":\[2,.* to \{.*"inputShape":\[1,/,
    );
});

describe('second derivatives judge kernels that', () => {
  const backward = ['Conv2DBackpropInput', 'Conv2DBackpropFilter'];
  const options: VerifyOptions = {problems: [plain], oracles: ['secondOrder'], fills: ['integers']};
  const same = (right: KernelFunc): KernelFunc => right.bind(undefined);
  /** A forward kernel that returns its last result again if it gets the same filter: a tape of second derivatives calls it twice with one. */
  const keeping = (right: KernelFunc): KernelFunc => {
    let last: {filter: object; values: Float32Array} | undefined;
    return (call) => {
      const y = right(call) as tf.TensorInfo;
      const {data} = call.backend as unknown as {data: {get(id: object): {values: Float32Array}}};
      const own = data.get(y.dataId);
      const filter = call.inputs['filter']!.dataId;
      if (last?.filter === filter) own.values.set(last.values);
      last = {filter, values: own.values.slice()};
      return y;
    };
  };
  const statusOf = async () => (await judge(options)).results.map(({pass, status, reason}) => [pass, status, reason]);

  test.each(backward)('serve only %s, and pass them if right', async (name) => {
    registerKernels({[name]: same});
    expect(await statusOf()).toEqual([[name.replace('Conv2DB', 'b'), 'passed', undefined]]);
  });

  test('are right at first order only, and fail them', async () => {
    registerKernels({Conv2D: keeping, Conv2DBackpropInput: same, Conv2DBackpropFilter: same});
    expect(failuresOf(await judge(options))).toEqual(new Set(['imported backpropInput']));
    expect(failuresOf(await judge({...options, oracles: ['reference']}))).toEqual(new Set());
  });
});

describe('an imported kernel or gradient that no case calls', () => {
  const kernel = {kernelName: 'Mine', backendName: 'cpu', kernelFunc: () => []};
  const registered = {kernels: [{key: 'cpu_Mine', config: kernel}], gradients: []};
  const quick: VerifyOptions = {cases: 1, passes: ['forward'], fills: ['integers'], oracles: ['reference']};

  test('fails a run of all problems', async () => {
    install({tf});
    const report = await judge({...quick, problems: [], registered});
    expect(unjudged(report)).toEqual(['Mine on cpu']);
    expect(report.results).toEqual([]);
    expect(isGood(report)).toBe(false);
    expect(tf.getKernel('Mine', 'cpu')).toBe(kernel);
    tf.unregisterKernel('Mine', 'cpu');
  });

  test('is reported as not requested if the options exclude it', async () => {
    registerGradient((right) => right);
    const report = await judge({...quick, problems: [plain]});
    expect(unjudged(report)).toEqual([]);
    expect(report.imported).toEqual([{title: 'the gradient of Conv2D', calls: 0, asked: false}]);
  });

  test('is reported as late if it is registered during the run', async () => {
    registerGradient((right) => right);
    const onResults = () => {
      if (!tf.getKernel('Mine', 'cpu')) tf.registerKernel(kernel);
    };
    const report = await judge({problems: [plain], onResults});
    expect(report.late).toEqual(['Mine on cpu']);
    expect(isGood(report)).toBe(false);
    tf.unregisterKernel('Mine', 'cpu');
  });
});

describe('fused problems', () => {
  const fused = ['mb2ih5iw6ic3oc7kh3kw2-same-nhwc-bias-prelu', 'mb2ih5iw6ic3oc6kh3kw2-same-nhwc-depthwise-bias-prelu'];
  const quick: VerifyOptions = {problems: fused, oracles: ['reference', 'epilogue', 'determinism']};

  test.each(['FusedConv2D', 'FusedDepthwiseConv2D'])('judge an imported %s', async (kernelName) => {
    install({tf});
    const kernel = tf.getKernel(kernelName, 'cpu');
    let scale = 1;
    const scaled = (params: Parameters<typeof kernel.kernelFunc>[0]) =>
      tf.tidy(() => tf.mul(tf.engine().makeTensorFromTensorInfo(kernel.kernelFunc(params) as tf.TensorInfo), scale));
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel({...kernel, kernelFunc: scaled});
    undo.push(() => {
      tf.unregisterKernel(kernelName, 'cpu');
      tf.registerKernel(kernel);
    });
    const right = await judge(quick);
    expect(isGood(right)).toBe(true);
    expect(right.imported).toEqual([{title: `${kernelName} on cpu`, calls: expect.any(Number), asked: false}]);
    scale = 3;
    expect(failuresOf(await judge(quick))).toEqual(new Set(['imported forward']));
  });

  test.each([
    ['Prelu', 'alpha', ['backpropFilter']],
    ['Prelu', 'x', ['backpropInput', 'backpropFilter']],
    ['Add', 'b', ['backpropFilter']],
    ['Add', 'a', ['backpropInput', 'backpropFilter']],
  ])('judge an imported gradient of %s by %s', async (kernelName, input, passes) => {
    install({tf});
    const right = tf.getGradient(kernelName);
    let scale = 1;
    const theirs: GradConfig = {
      ...right,
      gradFunc: (dy, saved, attrs) => {
        const all = right.gradFunc(dy, saved, attrs) as Gradients;
        return {...all, [input]: () => tf.mul(all[input]!(), scale)};
      },
    };
    const registered = {kernels: [], gradients: [{key: kernelName, config: theirs, before: right}]};
    tf.unregisterGradient(kernelName);
    tf.registerGradient(theirs);
    undo.push(() => {
      tf.unregisterGradient(kernelName);
      tf.registerGradient(right);
    });
    expect(isGood(await judge({...quick, registered}))).toBe(true);
    scale = 2;
    expect(failuresOf(await judge({...quick, registered}))).toEqual(
      new Set(passes.map((pass) => `imported-gradient ${pass}`)),
    );
  });
});
