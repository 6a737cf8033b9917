import * as tf from '@tensorflow/tfjs';
import {verify} from '../../../../src/verify/index.js';
import {algorithmName, defineMutant, type Mutant} from '../../../mutants/index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const sizes = 'mb2ih5iw6ic3oc7kh3kw2-same-nhwc';

/** The diagnosis of a mutant on one problem. */
async function said(mutant: string | Mutant, problem: string) {
  const undo = defineMutant(mutant);
  try {
    const {results} = await verify({
      ...{
        backends: ['cpu'],
        problems: [problem],
        algorithms: [algorithmName(typeof mutant === 'string' ? {name: mutant} : mutant)],
      },
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
])('names the cause of %s on %s', async (mutant, problem, cause) => {
  const diagnosis = await said(mutant, problem);
  expect(diagnosis?.hypothesis).toEqual([cause]);
  expect(diagnosis?.text).toContain(`it equals the right result with ${cause}`);
});

test.each([
  ['fused-relu6-at-8', `${sizes}-bias-relu6`, 'it occurs in a fused convolution with relu6; '],
  ['fused-bias-after-activation', `${sizes}-bias-relu6`, 'it occurs in a fused convolution with bias and relu6; '],
  ['fused-relu-derivative', `${sizes}-bias-relu`, 'it occurs in a fused convolution with relu; '],
])('names no cause for %s, but says that the epilogue is needed', async (mutant, problem, text) => {
  const diagnosis = await said(mutant, problem);
  expect(diagnosis?.hypothesis).toBeUndefined();
  expect(diagnosis?.text).toContain(text);
  expect(diagnosis?.text).toMatch(/; \d+ convolutions without an epilogue were right, also on the same data\./);
});

/** The next float32 towards zero. */
function oneStepLess(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0]--;
  return new Float32Array(bits.buffer)[0];
}

test.each(['mb2ih5iw6ic9oc7kh3kw3-same-relu6', 'mb2ih5iw6ic9oc7kh3kw3-same-bias-relu6', 'mb1ih1iw2ic1oc1kh1kw2-relu6'])(
  'does not blame the activation for a rounding that %s shows',
  async (problem) => {
    const mutant: Mutant = {
      ...{name: 'rounded', passes: ['forward'], wrong: 'fractions are rounded towards zero'},
      mistake: (run) => (call) => {
        run(call);
        call.out.set(call.out.map((value) => (Number.isInteger(value) ? value : oneStepLess(value))));
      },
    };
    const diagnosis = await said(mutant, problem);
    expect(diagnosis?.smallest.problem).toContain('relu6');
    expect(diagnosis?.hypothesis).toBeUndefined();
    expect(diagnosis?.text).toMatch(
      /it occurs in a fused convolution with .*relu6, and without an epilogue in \d+ of \d+/,
    );
  },
);
