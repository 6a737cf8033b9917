import type {TensorInfo} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from '../../../../src/plugin/install.js';
import {type VerifyOptions, verify} from '../../../../src/verify/index.js';
import type {Diagnosis} from '../../../../src/verify/report/result.js';

// Whether a diagnosis is found is held here, and not how fast a machine is.
jest.mock('../../../../src/verify/reproduce/diagnose/timeLimits.js', () => ({
  timeLimits: {shrink: 1e6, explain: 1e6, termMap: 1e6, oneHot: 1e6, run: 1e6, reruns: 1e6},
}));

type KernelFunc = ReturnType<typeof tf.getKernel>['kernelFunc'];
type Host = {
  readSync(dataId: object): Float32Array | Int32Array;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Judges a kernel that makes of convgrad's whatever `change` does, and returns its diagnosis. */
async function diagnosisOf(
  kernelName: string,
  change: (right: KernelFunc) => KernelFunc,
  options: VerifyOptions,
): Promise<Diagnosis> {
  const original = tf.getKernel(kernelName, 'cpu');
  install({tf});
  const ours = tf.getKernel(kernelName, 'cpu');
  const changed = {...ours, kernelFunc: change(ours.kernelFunc)};
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel(changed);
  try {
    const {results} = await verify({backends: ['cpu'], algorithms: ['imported'], bail: true, ...options});
    return results.find(({diagnosis}) => diagnosis)!.diagnosis!;
  } finally {
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel(original);
    uninstall();
  }
}

/** A kernel whose result goes through `change`. */
const afterwards =
  (change: (values: Float32Array) => Float32Array, shapeOf = (shape: number[]) => shape) =>
  (right: KernelFunc): KernelFunc =>
  (call) => {
    const host = call.backend as unknown as Host;
    const y = right(call) as TensorInfo;
    const values = change(host.readSync(y.dataId) as Float32Array);
    return host.makeTensorInfo(shapeOf(y.shape), 'float32', values);
  };

const problem = 'mb2ih5iw7ic2oc3kh2kw3-same';

test('says which input must be a view, where a kernel reads it from the beginning of its buffer', async () => {
  const fromTheBeginning =
    (right: KernelFunc): KernelFunc =>
    (call) => {
      const host = call.backend as unknown as Host;
      const {filter} = call.inputs as {filter: TensorInfo};
      const {buffer, length} = host.readSync(filter.dataId);
      const read = host.makeTensorInfo(filter.shape, 'float32', new Float32Array(buffer as ArrayBuffer, 0, length));
      return right({...call, inputs: {...call.inputs, filter: read}});
    };
  const diagnosis = await diagnosisOf('Conv2DBackpropInput', fromTheBeginning, {
    ...{problems: [problem], passes: ['backpropInput'], provenance: 'uploaded,sliced,computed'},
  });
  expect(diagnosis.provenance).toBe("it needs filter 'sliced': with the same values uploaded it is right");
  expect(diagnosis.text).toContain(diagnosis.provenance);
});

test('names no cause where nothing but NaN comes', async () => {
  const diagnosis = await diagnosisOf(
    'Conv2D',
    afterwards((values) => values.map(() => Number.NaN)),
    {
      ...{problems: [problem], passes: ['forward']},
    },
  );
  expect(diagnosis).not.toHaveProperty('hypothesis');
  expect(diagnosis.behaviour).toMatch(/not finite/);
});

test('says that the shape is wrong, and nothing of the values', async () => {
  const oneImage = afterwards(
    (values) => (values.length > 0 ? values : new Float32Array(60)),
    ([batch, ...rest]) => [batch || 1, ...rest],
  );
  const diagnosis = await diagnosisOf('Conv2D', oneImage, {
    ...{problems: ['mb0ih5iw4ic2oc3kh3kw2-same'], passes: ['forward']},
  });
  expect(diagnosis.behaviour).toBe('its shape is wrong, so its values were not compared');
  expect(diagnosis).not.toHaveProperty('hypothesis');
  expect(diagnosis.groups).toEqual(['the result has 60 elements instead of 0']);
});

test.each<[string, (value: number) => number]>([
  ['truncated to whole numbers', Math.trunc],
  ['wrapped to 8 bits', (value) => (Math.trunc(value) << 24) >> 24],
  ['wrapped to 16 bits', (value) => (Math.trunc(value) << 16) >> 16],
])('tells by large numbers that a result is %s', async (what, change) => {
  const diagnosis = await diagnosisOf(
    'Conv2D',
    afterwards((values) => values.map(change)),
    {
      ...{problems: [problem], passes: ['forward'], fills: ['reals']},
    },
  );
  expect(diagnosis.hypothesis).toEqual([`the result ${what}`]);
});

test('claims no condition where the search for the smallest case ended early', async () => {
  const {timeLimits} = jest.requireMock('../../../../src/verify/reproduce/diagnose/timeLimits.js');
  timeLimits.shrink = 0;
  const diagnosis = await diagnosisOf(
    'Conv2D',
    afterwards((values) => values.map((value) => value + 1)),
    {
      ...{problems: [problem], passes: ['forward']},
    },
  );
  timeLimits.shrink = 1e6;
  expect(diagnosis.smallest.problem).toContain('kh2kw3');
  expect(diagnosis.text).toMatch(/^y of cpu\/imported is wrong: /);
});
