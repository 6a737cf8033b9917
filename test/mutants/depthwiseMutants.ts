import {filterDepth} from '../../src/geometry/pass.js';
import {allPasses, eachTerm, type Mistake, type Mutant, operand, rearrange, result} from './mutant.js';

/** Makes a mistake in depthwise convolutions only. */
const whereDepthwise =
  (mistake: Mistake): Mistake =>
  (run) => {
    const broken = mistake(run);
    return (call) => (call.info.kind === 'depthwise' ? broken(call) : run(call));
  };

/** Takes the channels of y and dy in the order m·C + c. */
const multiplierMajor: Mistake = (run) => {
  const written = result((y, {info: {inChannels: C, outChannels: F}}) => {
    const M = F / C;
    y.set(rearrange(y, (i) => i - (i % F) + (i % C) * M + Math.floor((i % F) / C)));
  })(run);
  const read = operand('dy', (dy, {inChannels: C, outChannels: F}) => {
    const M = F / C;
    return rearrange(dy, (i) => i - (i % F) + (i % M) * C + Math.floor((i % F) / M));
  })(run);
  return (call) => (call.pass === 'forward' ? written(call) : read(call));
};

/** Multiplies multiplier m of channel c with channel m of x. */
const wrongChannel: Mistake = () => (call) => {
  const {inChannels: C} = call.info;
  const M = filterDepth(call.info);
  const sums = new Float64Array(call.out.length);
  eachTerm(call, (out, a, b) => {
    sums[out] += call.a[a - (a % C) + ((out % M) % C)] * call.b[b];
  });
  call.out.set(sums);
};

/** Neither reads nor writes the last of an odd number of multipliers. */
const tailDropped: Mistake = (run) => {
  const spoil = (values: Float32Array, M: number) =>
    values.map((value, i) => (M > 1 && M % 2 === 1 && i % M === M - 1 ? 0 : value));
  const written = result((out, {info}) => out.set(spoil(out, filterDepth(info))))(run);
  const read = operand('dy', (dy, info) => spoil(dy, filterDepth(info)))(run);
  return (call) => (call.pass === 'backpropInput' ? read(call) : written(call));
};

/** Mistakes in the channels of depthwise convolutions. */
export const depthwiseMutants: readonly Mutant[] = [
  {
    name: 'multiplier-major',
    passes: allPasses,
    wrong: 'depthwise, the channels of y and dy are taken in the order m·C + c instead of c·M + m',
    mistake: whereDepthwise(multiplierMajor),
  },
  {
    name: 'multiplier-for-channel',
    passes: ['forward', 'backpropFilter'],
    wrong: 'depthwise, multiplier m reads channel m of x instead of its own channel c',
    mistake: whereDepthwise(wrongChannel),
  },
  {
    name: 'multiplier-tail',
    passes: allPasses,
    wrong: 'depthwise, the last of an odd number of multipliers is left out',
    mistake: whereDepthwise(tailDropped),
  },
];
