import * as tf from '@tensorflow/tfjs';
import {type Algorithm, conv2d, defineAlgorithm, explain, install, type Plan, uninstall} from 'tfjs-convgrad';
import {direct} from '../../src/algorithms/direct.js';
import type {Work} from '../../src/engine/work.js';
import {passes} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {resetChoices} from '../../src/plugin/planCache.js';
import {type Requested, select, supportsPass} from '../../src/plugin/select.js';

const large = problemInfo(parseProblem('mb2ih20iw20ic16oc32kh3kw3-same')); // 7.4 MFLOP
const small = problemInfo(parseProblem('ih6iw6ic4oc8kh3kw3')); // 9216 operations
const standard: Requested = {algorithm: 'auto', accuracy: 'standard'};
const fast: Requested = {algorithm: 'auto', accuracy: 'fast'};

const x = () => tf.ones<tf.Rank.R4>([2, 20, 20, 16]);
const filter = () => tf.ones<tf.Rank.R4>([3, 3, 16, 32]);

/** Defines an algorithm that claims the given work. */
let undo: (() => void)[] = [];
function define(name: string, work: Work | undefined, more: Partial<Algorithm> = {}): void {
  const cost: Algorithm['cost'] = (info, pass) => ({...direct.cost(info, pass), work});
  undo.push(defineAlgorithm({...direct, name, cost, ...more}));
}

beforeEach(() => tf.setBackend('cpu'));
afterEach(() => {
  for (const each of undo) each();
  undo = [];
  uninstall();
  resetChoices();
});

const chosen = (wanted = standard, info = large, backend = 'cpu') =>
  select('test', backend, info, 'forward', wanted).implementation.algorithm;

test('the lowest predicted time wins over unknown times', () => {
  define('unknown', undefined);
  define('feather', {scalar: 1});
  define('anvil', {scalar: 1e12});
  expect(chosen()).toBe('feather');
  expect(chosen(standard, large, 'wasm')).toBe('feather');
});

test('small problems follow the order of the catalogue', () => {
  define('feather', {scalar: 1});
  expect(chosen(standard, small)).toBe('implicitGemm');
});

test.each([
  ['ih8iw8ic4oc7kh1kw1', ['direct', 'direct', 'implicitGemm']],
  ['ih8iw8ic4oc8kh1kw1', ['implicitGemm', 'direct', 'implicitGemm']],
  ['ih8iw8ic4oc4kh1kw1', ['direct', 'direct', 'implicitGemm']],
  ['ih8iw8ic4oc3kh1kw1', ['direct', 'direct', 'direct']],
  ['ih8iw8ic16oc9kh1kw1', ['implicitGemm', 'direct', 'implicitGemm']],
  ['ih8iw8ic16oc10kh1kw1', ['implicitGemm', 'implicitGemm', 'implicitGemm']],
  ['ih8iw8ic16oc16kh3kw3-same-depthwise', ['direct', 'direct', 'direct']],
  ['ih8iw8ic17oc17kh3kw3-same-depthwise', ['depthwise', 'depthwise', 'depthwise']],
])('the definition serves tiny problems: %s', (problem, algorithms) => {
  for (const backend of ['cpu', 'wasm']) {
    const chosen = passes.map(
      (pass) => select('test', backend, problemInfo(parseProblem(problem)), pass, standard).implementation.algorithm,
    );
    expect(chosen).toEqual(algorithms);
  }
  const asked = {...standard, algorithm: problem.endsWith('depthwise') ? 'depthwise' : 'implicitGemm'};
  const info = problemInfo(parseProblem(problem));
  expect(select('test', 'cpu', info, 'forward', asked).implementation.algorithm).toBe(asked.algorithm);
});

test('a less accurate algorithm runs only by name or with accuracy fast', () => {
  define('feather', {scalar: 1}, {accuracy: 'fast'});
  expect(chosen()).not.toBe('feather');
  expect(chosen({algorithm: 'feather', accuracy: 'standard'})).toBe('feather');
  resetChoices();
  expect(chosen(fast)).toBe('feather');
  // A choice made with accuracy fast does not outlive it.
  expect(chosen()).not.toBe('feather');
});

test('a tensor too large for some devices makes winograd refuse and implicitGemm serve', () => {
  const huge = problemInfo(parseProblem('mb8ih224iw224ic64oc64kh3kw3-same'));
  expect(chosen(standard, huge, 'webgpu')).toBe('implicitGemm');
  expect(supportsPass('webgpu', 'winograd', huge, 'forward')).toBe(
    'its transformed tiles would take 411041792 bytes, and some devices bind no more than 134217728',
  );
});

test('never takes an algorithm that does not support the problem, and gives its reason', () => {
  define('feather', {scalar: 1}, {supports: () => 'it is too light'});
  define('swift', {scalar: 2});
  expect(chosen()).toBe('swift');
  expect(select('test', 'cpu', large, 'forward', {algorithm: 'feather', accuracy: 'standard'})).toMatchObject({
    implementation: {algorithm: 'swift'},
    refusal: 'it is too light',
  });
});

test('a problem keeps its algorithm until the choices are reset', () => {
  let time = 1;
  define('moody', undefined, {cost: (info, pass) => ({...direct.cost(info, pass), work: {scalar: time}})});
  expect(chosen()).toBe('moody');
  time = 1e12;
  expect(chosen()).toBe('moody');
  resetChoices();
  expect(chosen()).not.toBe('moody');
});

test('a plan reproduces the choices of another run', () => {
  let time = 1;
  define('moody', undefined, {cost: (info, pass) => ({...direct.cost(info, pass), work: {scalar: time}})});
  const serve = (options: {plan?: Plan}) => {
    const installation = install({tf, ...options});
    tf.tidy(() => void tf.conv2d(x(), filter(), 1, 'same'));
    const {calls, plan} = installation.report();
    uninstall();
    return {algorithms: calls.map(({algorithm}) => algorithm), plan};
  };
  const {plan} = serve({});
  expect(plan).toEqual({
    engine: expect.stringMatching(/^(fma|simd|js)$/),
    choices: {'cpu forward mb2ih20iw20ic16oc32kh3kw3sh1sw1dh1dw1-pt1pb1pl1pr1-nhwc': 'moody'},
  });
  time = 1e12;
  expect(serve({plan: JSON.parse(JSON.stringify(plan)) as Plan})).toEqual({algorithms: ['moody'], plan});
  expect(serve({}).algorithms).not.toContain('moody');
});

test('a plan sets its engine', () => {
  install({tf, plan: {engine: 'js', choices: {}}});
  expect(explain('ih5iw5ic2oc2kh3kw3', {backends: ['cpu']}).backends[0].engine).toBe('js');
});

test.each([
  [{plan: 'yes'}, "install: plan must be 'auto' or the report().plan of"],
  [
    {plan: {choices: {'cpu forward x': 'magic'}}},
    'the plan has "magic" for \'cpu forward x\', which is not an algorithm here',
  ],
  [{plan: {engine: 'js', choices: {}}, engine: 'simd'}, "the plan is for engine 'js', but engine 'simd' is requested"],
  [{plan: {engine: 'abacus', choices: {}}}, 'unknown engine "abacus"'],
  [{accuracy: 'sloppy'}, "accuracy must be 'standard' or 'fast'; got \"sloppy\""],
])('refuses %j', (options, message) => {
  expect(() => install({tf, ...(options as object)})).toThrow(message);
  expect(install({tf}).report().plan).toEqual({choices: {}});
});

test('conv2d() selects like the installed kernels', () => {
  define('feather', {scalar: 1});
  install({tf});
  tf.tidy(() => void conv2d(x(), filter(), 1, 'same'));
  expect(install({tf}).report().calls).toEqual([{backend: 'cpu', algorithm: 'feather', pass: 'forward', calls: 1}]);
});

// Transforms with small errors may be chosen; they leave fractions of 1e-4 here.
test('the selected algorithm computes integers up to rounding', () => {
  define('anvil', {scalar: 1e12});
  const problem = 'ih40iw40ic64oc64kh3kw3-same';
  const [first] = explain(problem, {backends: ['cpu']}).backends[0].passes;
  expect(first.why).toBe('lowest predicted time');
  const values = (seed: number) => (_: unknown, i: number) => ((i * 7919 + seed) % 9) - 4;
  const image = tf.tensor4d(Float32Array.from({length: 40 * 40 * 64}, values(1)), [1, 40, 40, 64]);
  const weights = tf.tensor4d(Float32Array.from({length: 9 * 64 * 64}, values(2)), [3, 3, 64, 64]);
  const wanted = tf.conv2d(image, weights, 1, 'same').dataSync();
  install({tf});
  expect(
    tf
      .conv2d(image, weights, 1, 'same')
      .dataSync()
      .map((value) => Math.round(value) + 0),
  ).toEqual(wanted);
  tf.dispose([image, weights]);
});
