import * as tf from '@tensorflow/tfjs-core';
import {problemAttributes} from '../../geometry/problem.js';
import {conv2d} from '../../plugin/conv2d.js';
import {conv2dBackward, depthwiseConv2dBackward} from '../../plugin/conv2dBackward.js';
import {depthwiseConv2d} from '../../plugin/depthwiseConv2d.js';
import {fills} from '../data/fill.js';
import type {TestVector} from '../data/testVector.js';
import {type Actual, compare} from '../reference/compare.js';
import type {Expected} from '../reference/reference.js';
import {tensorsFrom} from '../run/runPass.js';
import type {Oracle} from './oracle.js';

/**
 * dBias is the sum of dy over batch, height and width. The oracle judges that of `conv2dBackward` and that of the tape over
 * `conv2d({bias})`, or those of the depthwise pair. It is judged with dFilter, and is the same whatever the algorithm.
 */
export const biasOracle: Oracle = {
  name: 'bias',
  passes: ['backpropFilter'],
  fills,
  oneInOnGpu: 4,
  judges: (_problem, _pass, _fill, {imported, compute}) =>
    imported || compute ? 'convgrad sums dy for dBias itself, whatever computes the passes' : true,
  async judge({testVector, comparison}) {
    if (testVector.arithmetic.storage && testVector.fill === 'reals')
      return {status: 'skipped', reason: 'tfjs sums dy in stages and rounds each to float16'};
    const expected = sumOf(testVector);
    for (const [who, got] of Object.entries(await computed(testVector))) {
      const verdict = compare(got, expected, {...comparison, headroom: 1});
      if (verdict.status === 'failed') return {...verdict, reason: `dBias of ${who}: ${verdict.reason}`};
      if (verdict.status === 'vacuous') return {status: 'skipped', reason: 'dy sums to zero by chance'};
      if (verdict.status === 'skipped') return verdict;
    }
    return {status: 'passed'};
  },
};

type Answers = Record<string, Actual>;

/** The answers for each test vector, computed once however many algorithms there are. */
const answers = new WeakMap<TestVector, Promise<Answers>>();

function computed(testVector: TestVector): Promise<Answers> {
  const known = answers.get(testVector) ?? compute(testVector);
  answers.set(testVector, known);
  return known;
}

async function compute({problem, inputs, provenance}: TestVector): Promise<Answers> {
  const tensors = await tensorsFrom(problem, inputs, provenance);
  const attributes = problemAttributes(problem);
  const {x, filter, dy} = tensors;
  const depthwise = problem.kind === 'depthwise';
  const [convolve, goBackward] = depthwise ? [depthwiseConv2d, depthwiseConv2dBackward] : [conv2d, conv2dBackward];
  const results = tf.tidy(() => [
    goBackward({...tensors, ...attributes}).dBias,
    tf.grad((bias) => convolve({x, filter, bias, ...attributes}))(tf.zeros([problem.outChannels]), dy),
  ]);
  try {
    const [backward, tape] = await Promise.all(
      results.map(async (dBias): Promise<Actual> => {
        const shape = dBias.rank === 1 ? asShape(dBias.shape[0]) : dBias.shape;
        return {values: (await dBias.data()) as Float32Array, shape};
      }),
    );
    const name = depthwise ? 'depthwiseConv2dBackward' : 'conv2dBackward';
    return {[name]: backward, 'the tape': tape};
  } finally {
    tf.dispose([...Object.values(tensors), ...results]);
  }
}

function sumOf({problem, inputs}: TestVector): Expected {
  const F = problem.outChannels;
  const [values, magnitudes] = [new Float64Array(F), new Float64Array(F)];
  inputs.dy.forEach((value, i) => {
    values[i % F] += value;
    magnitudes[i % F] += Math.abs(value);
  });
  return {values, magnitudes, terms: new Uint32Array(F).fill(inputs.dy.length / F), shape: asShape(F)};
}

/** A shape with four axes, as the comparison takes it. */
const asShape = (channels: number): Expected['shape'] => [1, 1, 1, channels];
