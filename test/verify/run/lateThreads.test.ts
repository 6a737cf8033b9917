import * as tf from '@tensorflow/tfjs';
import {currentSession} from '../../../src/plugin/session.js';
import {verify} from '../../../src/verify/index.js';

// Workers that never report.
jest.mock('../../../src/engine/threads/workerText.js', () => ({nodeWorkerText: ''}));

test('threads that never start end the run and leave tfjs unchanged', async () => {
  await tf.setBackend('cpu');
  const kernel = () => tf.getKernel('Conv2D', 'cpu');
  const before = kernel();
  const start = performance.now();
  let looks = 0;
  const now = jest.spyOn(performance, 'now').mockImplementation(() => start + 6_000 * looks++);
  const run = verify({backends: ['cpu'], problems: ['ih3iw3ic1oc1kh1kw1'], engine: 'simd', threads: 2});
  await expect(run).rejects.toThrow('verify: 2 threads did not start within 10000 ms; use fewer.');
  now.mockRestore();
  expect(kernel()).toBe(before);
  expect(currentSession(tf)).toBeUndefined();
});
