import type * as tf from '@tensorflow/tfjs';
import {parseProblem, problemAttributes} from '../../../src/geometry/problem.js';
import {verify} from '../../../src/verify/index.js';
import {otherSpelling} from '../../../src/verify/oracles/spelling.js';
import {foreignGradient, foreignKernel} from './foreign.js';

const problems = ['mb2ih6iw6ic2oc3kh3kw2sh2sw2-same', 'ih6iw6ic2oc2kh3kw3dh2dw2-p2', 'ih5iw4ic2oc2kh2kw2-valid-nchw'];

const judged = async (oracles: ('reference' | 'spelling')[]) => {
  const {results} = await verify({backends: ['cpu'], problems, oracles, fills: ['reals'], diagnose: false});
  return results.filter(({status}) => status === 'failed');
};

test.each(problems)('otherSpelling() keeps the meaning of %s', (text) => {
  const problem = parseProblem(text);
  const {strides, dilations, pad, dataFormat} = otherSpelling(problem);
  const usual = problemAttributes(problem);
  expect([strides, dilations]).toEqual([usual.strides[0], usual.dilations[0]]);
  expect(typeof pad === 'number' || pad.length === 4).toBe(true);
  expect(dataFormat).toBe(usual.dataFormat);
});

test.each<[string, (attrs: tf.NamedAttrMap) => tf.NamedAttrMap]>([
  ['strides', (attrs) => (Array.isArray(attrs['strides']) ? attrs : {...attrs, strides: 1})],
  ['dilations', (attrs) => (Array.isArray(attrs['dilations']) ? attrs : {...attrs, dilations: 1})],
  ['pads', (attrs) => (Array.isArray(attrs['pad']) ? {...attrs, pad: 0} : attrs)],
])('rejects a gradient that misreads the other spelling of %s', async (_, misread) => {
  foreignGradient('Conv2D', (right) => (dy, saved, attrs) => right(dy, saved, misread(attrs)));
  expect(await judged(['reference'])).toEqual([]);
  const failed = await judged(['spelling']);
  expect(failed.length).toBeGreaterThan(0);
  for (const {reason} of failed) expect(reason).toMatch(/^with the attributes written as \{.*"strides":[12],/);
});

test('rejects a kernel that misreads a stride given as a number', async () => {
  foreignKernel('Conv2D', (right) => (params) => {
    const {strides} = params.attrs as {strides: number | number[]};
    return typeof strides === 'number'
      ? right({...params, attrs: {...params.attrs, strides: [strides, 1]}})
      : right(params);
  });
  expect(await judged(['reference'])).toEqual([]);
  expect((await judged(['spelling'])).map(({pass}) => pass)).toEqual(['forward']);
});
