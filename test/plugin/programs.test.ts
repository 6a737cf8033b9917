import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {different, outcomeOf, programs} from '../support/programs.js';

const alone = new Map<string, [string, number[]][]>();

beforeAll(async () => {
  await tf.setBackend('cpu');
  for (const [name, program] of programs) alone.set(name, await outcomeOf(tf, program));
});
afterEach(uninstall);

it.each([
  ['cpu', 'auto'],
  ['cpu', 'direct'],
  ['cpu', 'im2col'],
  ['wasm', 'auto'],
  ['wasm', 'direct'],
  ['wasm', 'implicitGemm'],
])(
  'programs give the same with convgrad on %s, algorithm %s, as with tfjs alone on cpu',
  async (backend, algorithm) => {
    await tf.setBackend(backend);
    install({algorithm});
    const ids = tf.engine().backend.numDataIds();
    expect(await different(tf, alone)).toEqual([]);
    expect(tf.engine().backend.numDataIds()).toBe(ids);
    await tf.setBackend('cpu');
  },
);
