import {shapeOf} from '../../geometry/pass.js';
import {formatProblem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {compare} from '../reference/compare.js';
import {awayFromKinks, type FusedProblem, fusedReference, isFused} from '../reference/fusedReference.js';
import type {AllInputs} from '../reference/reference.js';
import type {Oracle} from './oracle.js';

/**
 * Judges an activation and its derivative over all numbers that matter, where sums of drawn values seldom come. The filter has one weight of
 * 1 for each output channel, and the bias is zero. So each z is one value of x, and rounds nothing.
 */
export const activationOracle: Oracle = {
  name: 'activation',
  passes: ['forward', 'backpropInput'],
  fills: ['reals'],
  appliesTo: ({epilogue}) => epilogue !== undefined && epilogue.activation !== 'linear',
  oneInOnGpu: 4,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: (_problem, _pass, _fill, {compute}) => !compute || 'the implementation is a convolution without an epilogue',
  async judge(implementation, pass) {
    const {testVector, comparison} = implementation;
    const {problem, arithmetic} = testVector;
    if (arithmetic.storage) return {status: 'skipped', reason: 'float16 cannot hold such values'};
    if (!isFused(problem)) throw new Error('only an epilogue has an activation');
    const changed = sweepThrough(problem, testVector.inputs);
    const expected = implementation.withOwnBounds(fusedReference(problem, changed).passes[pass], pass, changed);
    const {got} = await implementation.run(pass, changed);
    const verdict = compare(got, expected, comparison);
    if (verdict.status !== 'failed')
      return {...verdict, status: verdict.status === 'vacuous' ? 'passed' : verdict.status};
    return {...verdict, reason: `where sums are single values from −2^7 to 2^7: ${verdict.reason}`};
  },
};

/** Values of z: steps of about a third to both sides, powers of about two from 2⁻¹⁰⁰ on, and the ends of exp in float32. */
const sweep: readonly number[] = [
  ...Array.from({length: 120}, (_, i) => (i - 60) * 0.34),
  ...Array.from({length: 54}, (_, i) => 1.37 * 2 ** -Math.floor(1.9 * i)).flatMap((value) => [value, -value]),
  ...[6, 24, 33, 50, 80, 87.2, 88, 88.8, 89, 103, 104, 127].flatMap((value) => [value, -value]),
  -0,
].map(Math.fround);

/** Slopes below, at and beyond those of other activations. */
const slopeSweep = [0, 1, -1, 2, 0.25, -0.5, 1.5];

function sweepThrough(problem: FusedProblem, inputs: AllInputs): AllInputs {
  const next = randomFrom(`activation/${formatProblem(problem)}`);
  const info = problemInfo(problem);
  const [height, width, inChannels, depth] = shapeOf(info, 'filter');
  const tap = (height >> 1) * width + (width >> 1);
  const isDepthwise = problem.kind === 'depthwise';
  const filter = inputs.filter.map((_, i) => {
    const [c, output] = [Math.floor(i / depth) % inChannels, i % depth];
    const isTap = Math.floor(i / (inChannels * depth)) === tap;
    return isTap && (isDepthwise || c === output % inChannels) ? 1 : 0;
  });
  const start = next();
  const {bias, slopes} = inputs;
  const changed: AllInputs = {
    ...{...inputs, filter},
    // A step that has no factor in common with the length takes any few neighbours far apart.
    x: inputs.x.map((_, i) => sweep[(start + 89 * i) % sweep.length]),
    ...(bias ? {bias: bias.map(() => 0)} : {}),
    ...(slopes ? {slopes: slopes.map((_, i) => slopeSweep[(start + i) % slopeSweep.length])} : {}),
  };
  return {...changed, dy: awayFromKinks(problem, changed)};
}
