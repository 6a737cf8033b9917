import * as tf from '@tensorflow/tfjs';
import {direct} from '../../src/algorithms/direct.js';
import {implicitGemm} from '../../src/algorithms/implicitGemm.js';
import {builtinCall, kernelCall, wholeCall} from '../../src/bench/timedCalls.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {passes} from '../../src/geometry/pass.js';
import {parseProblem} from '../../src/geometry/problem.js';
import {install, uninstall} from '../../src/plugin/install.js';
import {drawInputs} from '../../src/verify/data/fill.js';
import {aliasBuiltins} from '../support/aliasBuiltins.js';
import {fakeClock} from './fakeClock.js';

// Large enough for algorithms other than the definition.
const problems = [
  'mb2ih16iw15ic5oc6kh3kw2sh2-same',
  'ih16iw15ic5oc6kh3kw3-nchw',
  'ih16iw15ic4oc8kh3kw3-same-depthwise',
];
const [plain, , depthwise] = problems;
const prepared = (text: string) => {
  const problem = parseProblem(text);
  return [problem, drawInputs(problem, 'reals', 1)] as const;
};
const clock = fakeClock();

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

describe.each(problems)('%s', (text) => {
  test.each(passes)('%s runs with convgrad and with the built-in, and leaks no tensor', async (pass) => {
    install();
    const before = tf.memory().numTensors;
    const algorithm = text === depthwise ? 'depthwise' : 'implicitGemm';
    const [problem, inputs] = prepared(text);
    const calls = [wholeCall(problem, inputs, pass, `cpu/${algorithm}/${pass}`, clock)];
    calls.push(builtinCall(problem, inputs, pass, clock));
    for (const {call, dispose} of calls) {
      expect(await call()).toBe(0);
      dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('a call that another algorithm or the built-in served is an error', async () => {
  const [problem, inputs] = prepared(plain);
  const {call, dispose} = wholeCall(problem, inputs, 'forward', 'cpu/im2col/forward', clock);
  install();
  await expect(call()).rejects.toThrow('cpu/im2col/forward should have run; cpu/implicitGemm/forward did');
  uninstall();
  await expect(call()).rejects.toThrow('cpu/im2col/forward should have run; no kernel of convgrad did');
  dispose();
});

test('a built-in that is an alias of our kernel is refused', async () => {
  install();
  const repair = aliasBuiltins('cpu');
  const [problem, inputs] = prepared(plain);
  const {call, dispose} = builtinCall(problem, inputs, 'forward', clock);
  await expect(call()).rejects.toThrow('cannot be compared with itself');
  dispose();
  repair();
});

test('the time of an algorithm is that of its engine calls, or its own without any', async () => {
  const [problem, inputs] = prepared(plain);
  const ticking = {...clock, now: fakeTicks()};
  // The clock is read before and after the whole call, and before and after each engine operation.
  const alone = await kernelCall(direct, problem, inputs, 'forward', () => jsEngine, ticking)();
  const within = await kernelCall(implicitGemm, problem, inputs, 'forward', () => jsEngine, ticking)();
  expect([alone, within]).toEqual([1, 1]);
  expect(ticking.now()).toBe(2 + 4);
});

/** A clock that advances by one millisecond each time it is read. */
function fakeTicks(): () => number {
  let ticks = 0;
  return () => ticks++;
}
