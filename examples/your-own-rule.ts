/**
 * You have an idea for a backward pass: feedback weights that are random, but turn towards the filter a little at each step. Does a network
 * learn with it? The rule below stands beside the gradient and beside feedback alignment, on drawn digits.
 *
 *     node examples/run.mjs your-own-rule [--steps 120] [--backend cpu]
 */
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {install} from 'tfjs-convgrad';
import {createRule, defineRule, type Rule, type ShadowStep, shadow, withRule} from 'tfjs-convgrad/rules';
import {drawDigits, size} from './support/digits.js';

const {values: options} = parseArgs({
  options: {steps: {type: 'string', default: '120'}, backend: {type: 'string', default: 'cpu'}},
});
await tf.setBackend(options.backend);
install(); // not needed, only faster

/** B begins at random and moves towards the filter: B ← 0.98·B + 0.02·W. */
const drifting: Rule = {
  name: 'drifting',
  title: 'Feedback that drifts towards the filter',
  createState: ({filter, random}) => ({B: random.normal(filter.shape, 0.1)}),
  backpropInput({dy, filter, state, setState, exact}) {
    setState({B: state['B'].mul(0.98).add(filter.mul(0.02))});
    return exact.backpropInput(dy, state['B']);
  },
};
defineRule(drifting);

const steps = Number(options.steps);
const train = drawDigits(400, 1);
const test = drawDigits(200, 2);

function network(): tf.Sequential {
  const kernelInitializer = () => tf.initializers.glorotNormal({seed: 7});
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...{inputShape: [size, size, 1], filters: 6, kernelSize: 3, strides: 2, activation: 'tanh'},
        kernelInitializer: kernelInitializer(),
      }),
      tf.layers.conv2d({filters: 12, kernelSize: 3, activation: 'tanh', kernelInitializer: kernelInitializer()}),
      tf.layers.flatten(),
      tf.layers.dense({units: 10, kernelInitializer: kernelInitializer()}),
    ],
  });
}

/** Trains under a rule. @returns the accuracy on other digits, and the last step beside the gradient */
async function learn(name: string): Promise<{accuracy: number; last: ShadowStep | undefined}> {
  const model = network();
  const optimizer = tf.train.momentum(0.05, 0.9);
  const rule = createRule(name, {seed: 1});
  let last: ShadowStep | undefined;
  const watch = shadow({every: steps - 1, onStep: (step) => (last = step)});
  for (let step = 0; step < steps; step++) {
    const from = (step * 50) % 400;
    withRule(
      rule,
      () =>
        optimizer.minimize(() => {
          const logits = model.apply(train.images.slice(from, 50)) as tf.Tensor;
          return tf.losses.softmaxCrossEntropy(train.labels.slice(from, 50), logits) as tf.Scalar;
        }),
      {shadow: watch},
    );
    await tf.nextFrame();
  }
  rule.dispose();
  const right = tf.tidy(() =>
    tf
      .equal(tf.argMax(model.predict(test.images) as tf.Tensor, 1), tf.argMax(test.labels, 1))
      .mean()
      .dataSync(),
  );
  return {accuracy: right[0], last};
}

const degrees = (angle: number | undefined) => (angle === undefined || Number.isNaN(angle) ? '–' : angle.toFixed(0));
console.log(`${steps} steps on ${options.backend}; angles to the gradient, in degrees, at the last step\n`);
console.log('rule       test accuracy   dFilter of conv 1   of conv 2   B to filter, conv 2');
const accuracies: number[] = [];
for (const name of ['exact', 'fa', drifting.name]) {
  const {accuracy, last} = await learn(name);
  const [, second, first] = last?.layers ?? [];
  const angles = [first, second].map((layer) => degrees(layer?.endToEnd?.dFilter?.angle));
  const cells = [`${(100 * accuracy).toFixed(1)} %`, ...angles, degrees(second?.weightAngle)];
  console.log(name.padEnd(11) + cells.map((cell, i) => cell.padEnd([16, 20, 12, 0][i])).join(''));
  accuracies.push(accuracy);
}

// This example is in order when all three learn: chance is 10 %.
if (accuracies.some((accuracy) => !(accuracy > 0.5))) process.exitCode = 1;
