import {root, shell} from '../cli/command.js';
import type {FuzzCall} from './call.js';
import {campaign} from './campaign.js';
import {entries} from './entries.js';
import type {FuzzHost} from './judge.js';
import type {CallOutcome} from './subject.js';

const right: CallOutcome = {meaning: 'strict', end: 'right', faults: [], milliseconds: 1};
const threw = (name: string, message: string): CallOutcome => ({
  ...{meaning: 'none', end: 'threw', faults: [], milliseconds: 1},
  error: {name, message, stack: ''},
});

/** A host that answers by a function. */
const host = (answer: (call: FuzzCall) => CallOutcome): FuzzHost => ({
  run: async (call) => answer(call),
  close: async () => {},
});
const perfect = host(() => right);

it.each(['cpu', 'wasm'])('finds no fault on %s in 250 random calls', async (backend) => {
  const {code, stdout} = await shell(`node test/fuzz/run.mjs --backend ${backend} --calls 250 --seed 3`, root);
  expect(stdout).toMatch(new RegExp(`^${backend}: 250 calls from seed 3: .*, 0 fault$`, 'm'));
  expect(code).toBe(0);
});

it('draws every entry, and the same calls from the same seed', async () => {
  const draw = async (seed: number) => {
    const drawn: FuzzCall[] = [];
    const listening = host((call) => {
      drawn.push(call);
      return right;
    });
    await campaign(listening, perfect, {seed, calls: 600});
    return drawn;
  };
  const drawn = await draw(1);
  expect(drawn).toHaveLength(600);
  expect(new Set(drawn.map(({entry}) => entry))).toEqual(new Set(Object.keys(entries)));
  expect(await draw(1)).toEqual(drawn);
  expect(await draw(2)).not.toEqual(drawn);
});

it.each<[string, (call: FuzzCall) => CallOutcome | undefined, RegExp]>([
  [
    'a wrong result',
    ({attrs}) => (attrs['pad'] === 2 ? {...right, end: 'wrong', why: 'y[0] is 1 and must be 2'} : undefined),
    /^wrong: y\[0\] is 1/,
  ],
  ['a leak', ({kind}) => (kind === 'depthwise' ? {...right, faults: ['tensors: 1 more']} : undefined), /1 more/],
  [
    'a raw error',
    ({entry}) => (entry === 'conv2d' ? threw('TypeError', 'x is not iterable') : undefined),
    /^raw TypeError: x is not iterable/,
  ],
  [
    'an error that names nobody',
    ({entry}) => (entry === 'tf.conv2d' ? threw('ConvgradError', 'it is wrong') : undefined),
    /names another function/,
  ],
  [
    'a refusal of what is right',
    ({entry}) => (entry === 'explain' ? {...threw('ConvgradError', 'explain: no'), meaning: 'strict'} : undefined),
    /^refused a valid call/,
  ],
  [
    'a refusal of what tfjs alone computes',
    ({entry}) => (entry === 'tf.conv1d' ? {...threw('ConvgradError', 'conv1d: no'), meaning: 'loose'} : undefined),
    /^refused what tfjs alone computes/,
  ],
  [
    'a hang',
    ({attrs}) => (attrs['dataFormat'] === 'NCHW' ? {...right, milliseconds: 6000} : undefined),
    /^took 6000 ms/,
  ],
])('finds %s, shrinks the call and replays it', async (_name, planted, fault) => {
  const broken = host((call) => planted(call) ?? right);
  const {findings} = await campaign(broken, perfect, {seed: 5, calls: 300});
  expect(findings.length).toBeGreaterThan(0);
  const [{call, seed, path}] = findings;
  expect(findings[0].fault).toMatch(fault);
  const replayed = await campaign(broken, perfect, {seed, path, calls: 1});
  expect(replayed.findings).toMatchObject([{call, count: 1}]);
  // The shrunk call has at most one provenance left.
  const from = Object.values(call.tensors).flatMap((tensor) => ('from' in tensor ? [tensor.from] : []));
  expect(new Set(from).size).toBeLessThanOrEqual(1);
});

it('excuses a fault that tfjs alone shows in every second call', async () => {
  const changed: CallOutcome = {...right, faults: ['x was changed by the call']};
  const broken = host(({entry}) => (entry === 'tf.conv2d' || entry === 'conv2d' ? changed : right));
  let calls = 0;
  const everySecond = host(() => (++calls % 2 === 0 ? changed : right));
  const {findings} = await campaign(broken, everySecond, {seed: 5, calls: 300});
  // tfjs alone has no function conv2d() to compare with.
  expect(findings.map(({call}) => call.entry)).toEqual(['conv2d']);
});

it('groups calls with the same kind of fault', async () => {
  const broken = host(() => threw('RangeError', `offset ${Math.random()} is out of bounds`));
  const {findings, kinds, calls} = await campaign(broken, perfect, {seed: 1, calls: 200});
  expect(calls).toBe(200);
  expect(kinds.fault).toBeGreaterThan(150);
  expect(findings.length).toBeLessThanOrEqual(Object.keys(entries).length);
  expect(findings.reduce((sum, {count}) => sum + count, 0)).toBe(kinds.fault);
});
