import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {verify} from '../../../src/verify/index.js';
import {injectFault} from '../../../src/verify/run/faultInjection.js';

const problems = ['mb2ih7iw6ic3oc2kh3kw2sh2sw1-same', 'ih5iw5ic2oc2kh2kw2sh2sw2', 'ih4iw6ic2oc3kh3kw3-same'];
const run = (backend: string) =>
  verify({backends: [backend], problems, algorithms: ['direct'], oracles: ['maxPool'], diagnose: false});

test('judges the max pooling gradient on backends where convgrad has its kernel', async () => {
  const {results, coverage} = await run('wasm');
  expect(results.map(({status}) => status)).toEqual(problems.flatMap(() => ['passed', 'passed']));
  expect(coverage.counters.find(({counter: part}) => part === 'MaxPoolGrad')?.hits).toBe(4 * problems.length);
  expect((await run('cpu')).results).toEqual([]);
});

test.each<[string, (dx: tf.Tensor, dy: tf.Tensor) => tf.Tensor]>([
  ['doubled', (dx) => tf.mul(dx, 2)],
  ['zero', (dx) => tf.zerosLike(dx)],
  [
    'half of it left out',
    (dx) => tf.mul(dx, tf.cast(tf.less(tf.range(0, dx.size).reshape(dx.shape), dx.size / 2), 'float32')),
  ],
])('rejects a gradient that is %s', async (_, wrong) => {
  const undo = injectFault('direct', {
    kernel: (name, right) =>
      name === 'MaxPoolGrad'
        ? (params) => wrong(tf.engine().makeTensorFromTensorInfo(right(params) as never), params.inputs['dy'] as never)
        : undefined,
  });
  try {
    const {results} = await run('wasm');
    expect(results.length).toBe(2 * problems.length);
    for (const {status, reason} of results) {
      expect(status).toBe('failed');
      expect(reason).toMatch(/^the gradient of max pooling/);
    }
  } finally {
    undo();
  }
});

test('does not take the built-in kernel for ours', async () => {
  const {results} = await verify({
    ...{backends: ['wasm'], problems, algorithms: ['direct'], oracles: ['maxPool'], diagnose: false},
    installed: false,
  });
  expect(results.length).toBeGreaterThan(0);
  for (const {reason} of results) expect(reason).toMatch(/is not the active one|did not run/);
});
