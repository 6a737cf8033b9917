import * as tf from '@tensorflow/tfjs';
import {verify} from '../../../../src/verify/index.js';
import {algorithmName, defineMutant} from '../../../../src/verify/mutants/index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const sizes = 'mb2ih5iw6ic3oc7kh3kw2-same-nhwc';

/** What is said of a mutant on one problem. */
async function said(mutant: string, problem: string) {
  const undo = defineMutant(mutant);
  try {
    const {results} = await verify({
      ...{backends: ['cpu'], problems: [problem], algorithms: [algorithmName({name: mutant})]},
      ...{oracles: ['reference'], regressions: []},
    });
    return results.find(({diagnosis}) => diagnosis)?.diagnosis;
  } finally {
    undo();
  }
}

test.each([
  ['fused-bias-tripled', `${sizes}-bias`, 'the bias added three times'],
  ['fused-bias-dropped', `${sizes}-bias-relu`, 'the bias left out'],
  ['fused-bias-reversed', `${sizes}-bias`, 'the bias of the channels in reverse order'],
  ['fused-alpha-doubled', `${sizes}-bias-leakyrelu0.25`, 'a slope of leakyrelu twice as steep'],
  ['fused-elu-as-sigmoid', `${sizes}-bias-elu`, 'sigmoid for its activation'],
  ['fused-relu6-as-relu', `${sizes}-bias-relu6`, 'relu for its activation'],
])('%s on %s is named', async (mutant, problem, cause) => {
  const diagnosis = await said(mutant, problem);
  expect(diagnosis?.hypothesis).toEqual([cause]);
  expect(diagnosis?.text).toContain(`it equals the right result with ${cause}`);
});

test.each([
  ['fused-relu6-at-8', `${sizes}-bias-relu6`, 'it takes a fused convolution with relu6 to show: without, it is right'],
  [
    'fused-bias-after-activation',
    `${sizes}-bias-relu6`,
    'it takes a fused convolution with bias and relu6 to show: without, it is right',
  ],
  [
    'fused-relu-derivative',
    `${sizes}-bias-relu`,
    'it takes a fused convolution with relu to show: without, it is right',
  ],
])('%s has no name here, and none is made up', async (mutant, problem, text) => {
  const diagnosis = await said(mutant, problem);
  expect(diagnosis?.hypothesis).toBeUndefined();
  expect(diagnosis?.text).toContain(text);
});
