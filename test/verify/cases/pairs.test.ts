import {type Problem, problemInfo} from '../../../src/geometry/problem.js';
import {fixedCases} from '../../../src/verify/cases/index.js';

type Holds = (p: Problem) => boolean;
/** A condition on filter size, stride and dilation along either axis. */
const along =
  (holds: (k: number, s: number, d: number) => boolean): Holds =>
  (p) =>
    holds(p.filterHeight, p.strideHeight, p.dilationHeight) || holds(p.filterWidth, p.strideWidth, p.dilationWidth);
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const kernel =
  (height: number, width: number): Holds =>
  (p) =>
    p.filterHeight === height && p.filterWidth === width;
const pads =
  (holds: (before: number, after: number, reach: number) => boolean): Holds =>
  ({pad, ...p}) =>
    typeof pad === 'object' &&
    (holds(pad.top, pad.bottom, (p.filterHeight - 1) * p.dilationHeight) ||
      holds(pad.left, pad.right, (p.filterWidth - 1) * p.dilationWidth));

/** Features that a kernel may get wrong, read from the problem itself. */
const features: Record<string, Holds> = {
  'a stride': along((k, s, d) => k > 1 && s > 1 && d === 1),
  'a dilation': along((k, s, d) => k > 1 && s === 1 && d > 1),
  'stride and dilation': along((k, s, d) => k > 1 && s > 1 && d > 1),
  'stride and dilation with a common divisor': along((k, s, d) => k > 1 && gcd(s, d) > 1),
  'a stride beyond the window': along((k, s, d) => s > (k - 1) * d + 1),
  "'same'": ({pad}) => pad === 'same',
  "'valid'": ({pad}) => pad === 'valid',
  'a numeric pad': ({pad}) => typeof pad === 'number' && pad > 0,
  'asymmetric pads': pads((before, after) => before !== after),
  'causal pads': pads((before, after, reach) => reach > 0 && before === reach && after === 0),
  'pads beyond the window': pads((before, _, reach) => before > reach),
  '1×1': kernel(1, 1),
  '3×3': kernel(3, 3),
  '5×5': kernel(5, 5),
  'an even kernel': (p) => p.filterHeight % 2 === 0 && p.filterWidth % 2 === 0,
  'a kernel of one row or column': (p) => (p.filterHeight === 1) !== (p.filterWidth === 1),
  '64 taps and more': (p) => p.filterHeight * p.filterWidth >= 64,
  'a kernel larger than the image': (p) => p.filterHeight > p.inHeight || p.filterWidth > p.inWidth,
  NCHW: ({dataFormat}) => dataFormat === 'NCHW',
  depthwise: ({kind}) => kind === 'depthwise',
  'a multiplier': (p) => p.kind === 'depthwise' && p.outChannels > p.inChannels,
  floor: ({dimRoundingMode}) => dimRoundingMode === 'floor',
  ceil: ({dimRoundingMode}) => dimRoundingMode === 'ceil',
  round: ({dimRoundingMode}) => dimRoundingMode === 'round',
};

const depth = (p: Problem) => (p.kind === 'depthwise' ? p.outChannels / p.inChannels : p.outChannels);
const sizes: [name: string, of: (p: Problem) => number[], values: number[]][] = [
  ['batch', ({batch}) => [batch], [1, 2, 3, 4, 5, 8, 9, 17, 33]],
  ['input channels', (p) => [p.inChannels], [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 128, 129, 256, 257]],
  ['output channels or multiplier', (p) => [depth(p)], [2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 32, 33, 64, 65, 129, 257]],
  ['a side of the image', (p) => [p.inHeight, p.inWidth], [1, 15, 16, 17, 31, 32, 33, 64, 65, 129, 257]],
];
/** Pairs that cost more than a case may. */
const costly = ['input channels 128 × 64 taps and more', 'input channels 129 × 64 taps and more'];

const problems = fixedCases().map(({problem}) => problem);
const plain = problems.filter(({epilogue}) => !epilogue);
const names = Object.keys(features);

test.each(names)('%s occurs with each size next to a power of two', (name) => {
  const own = plain.filter(features[name]!);
  const missing = sizes.flatMap(([size, of, values]) =>
    values.flatMap((value) => (own.some((p) => of(p).includes(value)) ? [] : [`${size} ${value} × ${name}`])),
  );
  expect(missing.filter((pair) => !costly.includes(pair))).toEqual([]);
});

/** Features that exclude each other. */
const exclusive = [
  ["'same'", "'valid'", 'a numeric pad', 'asymmetric pads'],
  ["'same'", "'valid'", 'a numeric pad', 'causal pads'],
  ["'same'", "'valid'", 'a numeric pad', 'pads beyond the window'],
  ["'same'", 'floor', 'ceil', 'round'],
  ["'valid'", 'floor', 'ceil', 'round'],
  ["'valid'", 'a kernel larger than the image'],
  ['1×1', '3×3', '5×5', 'an even kernel', 'a kernel of one row or column'],
  ['1×1', '3×3', '5×5', '64 taps and more'],
  ['64 taps and more', 'a stride beyond the window'],
  ['5×5', 'a stride beyond the window'],
  ['1×1', 'a stride', 'a kernel larger than the image'],
  ['1×1', 'a dilation'],
  ['1×1', 'stride and dilation'],
  ['1×1', 'stride and dilation with a common divisor'],
  ['1×1', 'causal pads'],
];

test.each(names)('%s occurs with each compatible feature', (name) => {
  const own = plain.filter(features[name]!);
  const others = names.filter(
    (other) => other !== name && !exclusive.some((group) => group.includes(name) && group.includes(other)),
  );
  expect(others.filter((other) => !own.some(features[other]!))).toEqual([]);
});

test('long outputs occur with a stride and with a dilation', () => {
  for (const name of ['a stride', 'a dilation']) {
    const lengths = plain
      .filter(features[name]!)
      .map(problemInfo)
      .flatMap((info) => [info.outHeight, info.outWidth]);
    for (const size of [16, 32, 64, 128]) expect(lengths.some((length) => length > size)).toBe(true);
  }
});

const ofFused = names.filter((name) => !['5×5', '64 taps and more'].includes(name));
test.each(ofFused)('%s occurs in fused problems with each activation, a bias and many channels', (name) => {
  const own = problems.filter(({epilogue}) => epilogue).filter(features[name]!);
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'];
  expect(activations.filter((one) => !own.some(({epilogue}) => epilogue?.activation === one))).toEqual([]);
  expect(own.some(({epilogue}) => epilogue?.bias !== undefined)).toBe(true);
  expect(own.some((p) => p.inChannels > 64)).toBe(true);
  expect(own.some((p) => p.outChannels > 64)).toBe(true);
});
