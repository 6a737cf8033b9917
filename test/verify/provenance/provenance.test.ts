import * as tf from '@tensorflow/tfjs';
import {passes} from '../../../src/geometry/pass.js';
import {formatProblem, parseProblem} from '../../../src/geometry/problem.js';
import {builtinKernel} from '../../../src/plugin/builtins.js';
import {install, uninstall} from '../../../src/plugin/install.js';
import {algorithmsOf} from '../../../src/plugin/select.js';
import {cases, fixedCases} from '../../../src/verify/cases/index.js';
import {makeTestVector} from '../../../src/verify/data/testVector.js';
import {verify} from '../../../src/verify/index.js';
import {provenanceNames} from '../../../src/verify/provenance/names.js';
import {
  drawProvenance,
  formatProvenance,
  parseProvenance,
  provenancesOf,
  realizable,
  uniformProvenance,
} from '../../../src/verify/provenance/provenance.js';
import {tensorsFrom} from '../../../src/verify/run/runPass.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const problem = parseProblem('mb2ih5iw6ic3oc4kh3kw2sh1sw2-same-nchw');
const square = parseProblem('ih3iw9ic3oc3kh3kw3-same-nchw');

test.each(['int32', 'int32,uploaded,sliced'])('%s parses and formats to the same text', (text) => {
  expect(formatProvenance(parseProvenance(text))).toBe(text);
});

test.each([
  ['cloud', /unknown provenance 'cloud'; use uploaded, computed, /],
  ['int32,bool', "verify: 'int32,bool' has 2 provenances; give one, or those of x,filter,dy."],
])('%s is refused', async (provenance, message) => {
  expect(() => parseProvenance(provenance)).toThrow(message);
  await expect(verify({provenance, backends: ['cpu']})).rejects.toThrow(message);
});

describe.each(provenancesOf('cpu'))('%s', (name) => {
  it.each([
    ['integers', problem],
    ['reals', problem],
    ['integers', square],
  ] as const)('makes tensors with the values of the test vector, %s', async (fill, of) => {
    const provenance = realizable(uniformProvenance(name), of, 'cpu');
    const {inputs} = makeTestVector(of, fill, 3, 1, undefined, provenance);
    const [plain, from] = [await tensorsFrom(of, inputs), await tensorsFrom(of, inputs, provenance)];
    const {numTensors} = tf.memory();
    for (const tensor of ['x', 'filter', 'dy'] as const) {
      expect(from[tensor].shape).toEqual(plain[tensor].shape);
      expect(from[tensor].dtype).toBe('float32');
      expect(from[tensor].arraySync()).toEqual(plain[tensor].arraySync());
    }
    tf.dispose([plain, from]);
    expect(tf.memory().numTensors).toBe(numTensors - 6);
  });
});

test('shared tensors of equal size have one memory', async () => {
  const provenance = realizable(uniformProvenance('shared'), square, 'cpu');
  const {x, filter, dy} = await tensorsFrom(
    square,
    makeTestVector(square, 'reals', 1, 1, undefined, provenance).inputs,
    provenance,
  );
  expect([filter.dataId, dy.dataId]).toEqual([x.dataId, x.dataId]);
  expect(formatProvenance(provenance)).toBe('uploaded,shared,shared');
  expect(formatProvenance(realizable(uniformProvenance('shared'), problem, 'cpu'))).toBe('uploaded,reshaped,reshaped');
  tf.dispose([x, filter, dy]);
});

test('a provenance that is impossible for the backend or an empty tensor becomes uploaded', () => {
  expect(realizable(uniformProvenance('packed'), problem, 'cpu')).toEqual(uniformProvenance('uploaded'));
  const empty = parseProblem('mb0ih5iw6ic3oc4kh3kw2');
  expect(realizable(uniformProvenance('sliced'), empty, 'cpu')).toEqual({
    x: 'uploaded',
    filter: 'sliced',
    dy: 'uploaded',
  });
});

test('values that a provenance cannot hold are uploaded', async () => {
  const {inputs} = makeTestVector(problem, 'reals', 1, 1);
  const tensors = await tensorsFrom(problem, inputs, uniformProvenance('bool'));
  expect(Array.from(tensors.filter.dataSync())).toEqual(Array.from(inputs.filter));
  tf.dispose(tensors);
});

test('the drawn provenance is uniform and reproducible', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 1000; seed++) {
    const {x} = drawProvenance(problem, 'reals', seed, 'webgl');
    counts.set(x, (counts.get(x) ?? 0) + 1);
  }
  expect([...counts.values()].every((count) => count > 25 && count < 110)).toBe(true);
  expect(drawProvenance(problem, 'reals', 5, 'cpu')).toEqual(drawProvenance(problem, 'reals', 5, 'cpu'));
});

test('the fixed cases bring every provenance to every pass of every algorithm', async () => {
  const own = fixedCases().filter(({provenance}) => provenance);
  expect(own).toHaveLength(2 * provenanceNames.length);
  expect(cases({seed: 1, cases: 1}).filter(({provenance}) => provenance)).toEqual(own);
  const reached = new Set<string>();
  for (const name of provenancesOf('cpu')) {
    const problems = [...new Set(own.map((one) => formatProblem(one.problem)))];
    const options = {backends: ['cpu'], oracles: ['reference'], fills: ['reals']} as const;
    const {results} = await verify({...options, problems, provenance: name});
    for (const {algorithm, pass, provenance, status} of results) {
      expect(status).toBe('passed');
      if (provenance.split(',').includes(name)) reached.add(`${name} ${algorithm} ${pass}`);
    }
  }
  const passesOf = (algorithm: string) => (algorithm === 'transposed' ? ['backpropInput'] : passes);
  const expected = provenancesOf('cpu').flatMap((name) =>
    algorithmsOf('cpu').flatMap((algorithm) => passesOf(algorithm).map((pass) => `${name} ${algorithm} ${pass}`)),
  );
  expect(expected.filter((one) => !reached.has(one))).toEqual([]);
});

describe('a kernel that is wrong if x and filter share their memory', () => {
  const registered = async (text: string) => {
    install({tf});
    const builtin = builtinKernel(tf, 'Conv2D', 'cpu')!;
    tf.unregisterKernel('Conv2D', 'cpu');
    tf.registerKernel({
      ...builtin,
      kernelFunc: (params) => {
        const {x, filter} = params.inputs;
        const result = builtin.kernelFunc(params) as tf.TensorInfo;
        if (x!.dataId === filter!.dataId) (tf.backend() as unknown as Memory).data.get(result.dataId).values.fill(7);
        return result;
      },
    });
    try {
      const options = {backends: ['cpu'], problems: ['ih3iw9ic3oc3kh3kw3-same'], passes: ['forward'] as const};
      return await verify({...options, provenance: text});
    } finally {
      tf.unregisterKernel('Conv2D', 'cpu');
      tf.registerKernel(builtin);
      uninstall();
    }
  };
  interface Memory {
    data: {get(id: object): {values: Float32Array}};
  }

  it('fails with shared tensors, and its replay line names the provenance', async () => {
    const {summary, results} = await registered('uploaded,shared,uploaded');
    expect(summary.failed).toBeGreaterThan(0);
    const {provenance, replay, diagnosis} = results.find(({status}) => status === 'failed')!;
    expect(provenance).toBe('uploaded,shared,uploaded');
    expect(replay).toContain(' --provenance uploaded,shared,uploaded');
    expect(diagnosis?.smallest.replay).toContain(' --provenance uploaded,shared,uploaded');
  });

  it('passes with separate tensors', async () => {
    expect((await registered('cloned')).summary).toMatchObject({failed: 0});
  });
});
