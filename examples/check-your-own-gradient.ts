/**
 * You wrote the backward pass of a convolution yourself. Is it right? Two candidates from support/ownGradients.ts go before the verifier:
 * one is right, the other has a slip that shows on some sizes only.
 *
 *     node examples/run.mjs check-your-own-gradient [--cases 30]
 */
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {parseProblem} from 'tfjs-convgrad';
import {type VerifyResult, verify} from 'tfjs-convgrad/verify';
import {mine, mineSymmetric} from './support/ownGradients.js';

const {values: options} = parseArgs({options: {cases: {type: 'string', default: '30'}}});
await tf.setBackend('cpu');

/**
 * A candidate meets edge cases, layers of well-known networks and random problems. On integers its results must be exact, on reals within
 * what rounding can explain.
 */
async function failuresOf(algorithm: string): Promise<VerifyResult[]> {
  const {results, summary} = await verify({
    algorithms: [algorithm],
    backends: ['cpu'],
    passes: ['backpropInput', 'backpropFilter'],
    cases: Number(options.cases),
    seed: 1,
    oracles: ['reference'], // the definition in float64; without this line TensorFlow.js judges too, which takes longer
    imports: ['examples/support/ownGradients.ts'], // where a replay finds the candidate
  });
  const {passed, failed, skipped, vacuous} = summary;
  console.log(`${algorithm}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${vacuous} vacuous`);
  return results.filter(({status}) => status === 'failed');
}

const right = await failuresOf(mine.name);
const wrong = await failuresOf(mineSymmetric.name);

/** Small problems are the ones to think about. */
function work({problem}: VerifyResult): number {
  const {batch, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth} = parseProblem(problem);
  return batch * inHeight * inWidth * inChannels * outChannels * filterHeight * filterWidth;
}

const smallest = wrong.filter(({problem}) => parseProblem(problem).pad === 'same').sort((a, b) => work(a) - work(b))[0];
if (smallest) {
  console.log(`
The smallest problem with SAME padding that ${mineSymmetric.name} gets wrong:
  problem  ${smallest.problem}
  what     ${smallest.pass} on ${smallest.fill}, judged by ${smallest.oracle}
  why      ${smallest.reason}

In a problem, ih7 is a height of 7, kh3 a filter 3 high, sh2 a stride of 2. Here the windows need an odd number of zeros, so one side gets
one more than the other. The mistake gives it to the wrong side. To see this failure again in a new process:
  ${smallest.replay}`);
}

// This example is in order when the verifier tells the two apart.
if (right.length > 0 || smallest === undefined) process.exitCode = 1;
