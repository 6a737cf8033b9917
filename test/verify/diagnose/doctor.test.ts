import * as tf from '@tensorflow/tfjs';
import type {Algorithm} from '../../../src/algorithms/algorithm.js';
import {direct} from '../../../src/algorithms/direct.js';
import {defineAlgorithm} from '../../../src/algorithms/index.js';
import type {Pass} from '../../../src/geometry/pass.js';
import {type VerifyOptions, verify} from '../../../src/verify/index.js';
import {quote} from '../../../src/verify/reproduce/replay.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
let undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo) one();
  undo = [];
});

type Forward = NonNullable<Algorithm['forward']>;

/** Defines `broken`: a forward pass that knows how often it was called. @returns a function that resets the count, as a new process would */
function define(forward: (calls: number, ...args: Parameters<Forward>) => void): () => void {
  let calls = 0;
  undo.push(
    defineAlgorithm({
      ...direct,
      name: 'broken',
      forward: (...args: Parameters<Forward>) => {
        direct.forward!(...args);
        forward(++calls, ...args);
      },
    }),
  );
  return () => {
    calls = 0;
  };
}

const problems = ['ih4iw5ic1oc2kh2kw2', 'mb2ih6iw5ic2oc3kh3kw2sh2sw1-same', 'ih7iw5ic3oc2kh2kw3-p1'];
const options: VerifyOptions = {
  ...{backends: ['cpu'], algorithms: ['broken'], passes: ['forward'], problems, oracles: ['reference', 'builtin']},
};

/** The diagnosis of the first failure, with the arguments for new processes. */
async function diagnosed(more: VerifyOptions, fails?: (words: readonly string[]) => boolean) {
  const asked: string[][] = [];
  const rerun = async (words: readonly string[]) => {
    asked.push([...words]);
    return fails!(words);
  };
  const {results} = await verify({...options, ...more, ...(fails ? {rerun} : {})});
  const failed = results.filter(({status}) => status === 'failed');
  return {failed, diagnosis: failed.find(({diagnosis}) => diagnosis)!.diagnosis!, asked};
}

/** Runs verify with the arguments of a command line. */
async function verifyWords(words: readonly string[]) {
  const all = (flag: string) => words.flatMap((word, i) => (words[i - 1] === flag ? [word] : []));
  return verify({
    ...{backends: all('--backend'), algorithms: all('--algorithm'), passes: all('--pass') as Pass[]},
    ...{problems: all('--problem'), seed: Number(all('--seed')[0]), diagnose: false},
  });
}

const isAlone = (words: readonly string[]) => words.filter((word) => word === '--problem').length === 1;

test('a failure that is right when repeated depends on earlier calls, and replays with them', async () => {
  const renew = define((calls, _info, _a, _b, y) => {
    if (calls % 3 === 0) y[0]! += 1;
  });
  const {failed, diagnosis, asked} = await diagnosed({}, (words) => !isAlone(words));
  expect(diagnosis.behaviour).toBe('the same case is right when it runs again: the result depends on earlier calls');
  expect(diagnosis.hypothesis).toBeUndefined();
  expect(diagnosis.groups).toEqual([]);
  const words = asked.at(-1)!;
  expect(diagnosis.smallest.replay).toBe(['npx convgrad verify', ...words.map(quote)].join(' '));
  expect(failed.every(({replay}) => replay === diagnosis.smallest.replay)).toBe(true);
  renew();
  expect((await verifyWords(words)).summary.failed).toBeGreaterThan(0);
});

test('a failure that is right alone in a new process is not explained by geometry', async () => {
  const renew = define((calls, _info, _a, _b, y) => {
    if (calls > 4) y[0]! += 1;
  });
  const {diagnosis, asked} = await diagnosed({bail: true}, (words) => !isAlone(words));
  expect(diagnosis.behaviour).toBe(
    'the same case is right alone in a new process: the result depends on earlier calls',
  );
  expect(diagnosis.text).not.toMatch(/smallest case|equals the right result/i);
  renew();
  expect((await verifyWords(asked.at(-1)!)).summary.failed).toBeGreaterThan(0);
});

test('the diagnosis says so if no new process reproduces the failure', async () => {
  define((calls, _info, _a, _b, y) => {
    if (calls > 4) y[0]! += 1;
  });
  const {diagnosis} = await diagnosed({bail: true}, () => false);
  expect(diagnosis.text).toContain(
    'the result depends on earlier calls, or on chance; 3 runs in new processes did not show it again, and the last of them is this; replay: ',
  );
});

test('a failure that is right when repeated is not explained, even without new processes', async () => {
  define((calls, _info, _a, _b, y) => {
    if (calls % 3 === 0) y[0]! += 1;
  });
  expect((await diagnosed({})).diagnosis.behaviour).toBe(
    'the same case is right when it runs again: the result depends on earlier calls, or on chance',
  );
});

test('a smaller case that fails only in this process is not reported as the smallest', async () => {
  define((_calls, _info, _a, _b, y) => {
    y[0]! += 1;
  });
  const first = 'mb1ih4iw5ic1oc2kh2kw2sh1sw1dh1dw1-valid-nhwc';
  const {diagnosis} = await diagnosed({bail: true}, (words) => words.includes(first));
  expect(diagnosis.smallest.problem).toBe(first);
  expect(diagnosis.smallest.replay).toContain(first);
  expect(diagnosis.text).toContain('smaller cases failed here, but not in a new process: ');
});

test('a failure that new processes reproduce is explained', async () => {
  define((_calls, _info, _a, _b, y) => {
    y.forEach((value, i) => {
      y[i] = 2 * value;
    });
  });
  const {diagnosis, asked} = await diagnosed({bail: true}, () => true);
  expect(diagnosis.hypothesis).toEqual(['a factor of 2']);
  // The case and the smallest one.
  expect(asked.length).toBe(2);
});
