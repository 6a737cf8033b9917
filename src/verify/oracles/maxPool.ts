import type {NamedAttrMap, Tensor} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {Problem} from '../../geometry/problem.js';
import {repairedKernelsOn} from '../../plugin/session.js';
import {fills} from '../data/fill.js';
import type {TestVector} from '../data/testVector.js';
import {type Actual, compare, type Verdict} from '../reference/compare.js';
import {windowsOf} from '../reference/convolution.js';
import {type Expected, tensorShapes} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import type {Oracle} from './oracle.js';

const kernelName = 'MaxPoolGrad';

/**
 * Judges the gradient of max pooling, where `install()` replaces tfjs's kernel for it. dx gets dy at the first of the largest elements of
 * each window. The pooling has the windows of the problem. It runs twice, the second time with every element below zero, where a search
 * that begins at 0 finds nothing. It is judged with dX, and is the same whatever the algorithm.
 */
export const maxPoolOracle: Oracle = {
  name: 'maxPool',
  passes: ['backpropInput'],
  fills,
  isAbout: (backend) => kernelName in repairedKernelsOn(backend),
  appliesTo: ({epilogue, kind, pad, dataFormat, batch, dilationHeight, dilationWidth}: Problem) => {
    const isPlain = epilogue === undefined && kind !== 'depthwise' && dataFormat === 'NHWC' && batch > 0;
    return isPlain && dilationHeight * dilationWidth === 1 && (pad === 'same' || pad === 'valid');
  },
  judges: (_problem, _pass, _fill, {imported, compute}) =>
    imported || compute ? 'convgrad computes max pooling itself, whatever computes the convolutions' : true,
  async judge(implementation) {
    const {testVector} = implementation;
    const known = verdicts.get(testVector) ?? judge(implementation);
    verdicts.set(testVector, known);
    return known;
  },
};

/** The verdicts for each test vector, found once however many algorithms there are. */
const verdicts = new WeakMap<TestVector, Promise<Verdict>>();

async function judge(implementation: ImplementationUnderTest): Promise<Verdict> {
  const {testVector, comparison} = implementation;
  const {x} = testVector.inputs;
  for (const [values, where] of [
    [x, ''],
    [x.map((value) => -Math.abs(value)), ' where every element is below zero'],
  ] as const) {
    const expected = pooledBack(testVector, values);
    const verdict = compare(await poolBack(implementation, values, expected), expected, {...comparison, headroom: 1});
    if (verdict.status === 'failed')
      return {...verdict, reason: `the gradient of max pooling${where}: ${verdict.reason}`};
  }
  return {status: 'passed'};
}

/** Runs the registered kernel. */
async function poolBack(
  implementation: ImplementationUnderTest,
  values: Float32Array,
  {shape}: Expected,
): Promise<Actual> {
  const {problem} = implementation.testVector;
  const [height, width] = [windowsOf(problem).rows.count, windowsOf(problem).columns.count];
  const yShape: [number, number, number, number] = [shape[0], height, width, shape[3]];
  const input = tf.tensor4d(values.slice(), [...shape]);
  const dy = tf.tensor4d(errorsOf(implementation.testVector), yShape);
  const output = tf.zeros(yShape); // convgrad's kernel does not read it
  const {filterHeight, filterWidth, strideHeight, strideWidth, pad} = problem;
  const attrs = {filterSize: [filterHeight, filterWidth], strides: [strideHeight, strideWidth], pad} as NamedAttrMap;
  let dx: Tensor | undefined;
  try {
    dx = implementation.runsKernel(
      kernelName,
      () => tf.engine().runKernel(kernelName, {dy, input, output}, attrs) as Tensor,
    );
    return {values: (await dx.data()) as Float32Array, shape: dx.shape};
  } finally {
    tf.dispose([input, dy, output, ...(dx ? [dx] : [])]);
  }
}

/** dy of the pooling, [N, OH, OW, C], from dy of the convolution. */
function errorsOf({problem, inputs}: TestVector): Float32Array {
  const {rows, columns} = windowsOf(problem);
  const length = problem.batch * rows.count * columns.count * problem.inChannels;
  return Float32Array.from({length}, (_, i) => inputs.dy[i % inputs.dy.length]);
}

/** The expected dx, from the definition. */
function pooledBack(testVector: TestVector, x: Float32Array): Expected {
  const {problem} = testVector;
  const {inHeight, inWidth, inChannels: C} = problem;
  const {rows, columns} = windowsOf(problem);
  const dy = errorsOf(testVector);
  const [values, magnitudes, terms] = [
    new Float64Array(x.length),
    new Float64Array(x.length),
    new Uint32Array(x.length),
  ];
  for (let i = 0; i < dy.length; i++) {
    const [c, pixel] = [i % C, Math.floor(i / C)];
    const [column, row] = [pixel % columns.count, Math.floor(pixel / columns.count) % rows.count];
    const n = Math.floor(pixel / (columns.count * rows.count));
    const elements = rows.taps
      .filter(({window}) => window === row)
      .flatMap((tap) =>
        columns.taps
          .filter(({window}) => window === column)
          .map((other) => ((n * inHeight + tap.input) * inWidth + other.input) * C + c),
      );
    const first = elements.reduce((best, index) => (x[index] > x[best] ? index : best));
    values[first] += dy[i];
    magnitudes[first] += Math.abs(dy[i]);
    terms[first]++;
  }
  return {values, magnitudes, terms, shape: tensorShapes(problem).x};
}
