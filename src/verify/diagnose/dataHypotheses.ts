import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {fed, type Hypothesis, written} from './hypothesis.js';

type Values = Float32Array | Float64Array;
const tensors = ['x', 'filter', 'dy'] as const;
const images = ['x', 'dy'] as const;

const pick = <T extends Values>(values: T, from: (index: number) => number): T =>
  values.map((_, index) => values[from(index)] ?? 0) as T;
const keep = <T extends Values>(values: T, holds: (index: number) => boolean): T =>
  values.map((value, index) => (holds(index) ? value : 0)) as T;

/** Where element i of a block of [rows, columns] stands when the block is transposed. */
const transpose = (rows: number, columns: number) => (i: number) => {
  const within = i % (rows * columns);
  return i - within + (within % columns) * rows + Math.floor(within / columns);
};
const channelsOf = (name: 'x' | 'dy', {inChannels, outChannels}: Conv2DInfo) =>
  name === 'x' ? inChannels : outChannels;

const filters: readonly Hypothesis[] = [
  ...[true, false].flatMap((forth) => {
    const from = ({inChannels: C, outChannels: F}: Conv2DInfo) => (forth ? transpose(C, F) : transpose(F, C));
    return [
      fed('the channels of the filter transposed', 'filter', (v, {info}) => pick(v, from(info))),
      written('the channels of dFilter transposed', (v, {info}) => pick(v, from(info)), ['backpropFilter']),
    ];
  }),
  fed('the taps of the filter transposed', 'filter', (v, {info: {filterHeight, filterWidth}}) => {
    const block = v.length / (filterHeight * filterWidth);
    const from = transpose(filterHeight, filterWidth);
    return pick(v, (i) => from(Math.floor(i / block)) * block + (i % block));
  }),
  fed('the channels of the filter first, [C, F, kh, kw]', 'filter', (v, {info}) => {
    const taps = info.filterHeight * info.filterWidth;
    return pick(v, transpose(taps, v.length / taps));
  }),
];

const channels: readonly Hypothesis[] = images.flatMap((name) => [
  fed(`the channels of ${name} reversed`, name, (v, {info}) => {
    const size = channelsOf(name, info);
    return pick(v, (i) => i - 2 * (i % size) + size - 1);
  }),
  fed(`${name} read as NCHW`, name, (v, {info}) => {
    const size = channelsOf(name, info);
    return pick(v, transpose(v.length / info.batch / size, size));
  }),
]);

const batches: readonly Hypothesis[] = images.flatMap((name) => [
  fed('only the first image of the batch counted', name, (v, {info}) => keep(v, (i) => i < v.length / info.batch)),
  fed('only the last image of the batch counted', name, (v, {info}) =>
    keep(v, (i) => i >= v.length - v.length / info.batch),
  ),
  fed('the last image of the batch left out', name, (v, {info}) =>
    keep(v, (i) => i < v.length - v.length / info.batch),
  ),
  fed('each image of the batch taken for the first', name, (v, {info}) => pick(v, (i) => i % (v.length / info.batch))),
]);

/** What is left of a size without its tail; some leave alone what is smaller than one unit. */
const ends = [2, 3, 4, 8, 16].flatMap((unit) => {
  const whole = (size: number) => size - (size % unit);
  return [
    {unit, end: whole},
    {unit, end: (size: number) => (size < unit ? size : whole(size))},
  ];
});

const tails: readonly Hypothesis[] = ends.flatMap(({unit, end}) => {
  const cause = (what: string) => `the tail of ${what} past a multiple of ${unit} dropped`;
  return [
    ...images.map((name) =>
      fed(cause(`the channels of ${name}`), name, (v, {info}) => {
        const size = channelsOf(name, info);
        return keep(v, (i) => i % size < end(size));
      }),
    ),
    written(cause('the channels of the result'), (v, {info, pass}) => {
      const size = pass === 'backpropInput' ? info.inChannels : info.outChannels;
      return keep(v, (i) => i % size < end(size));
    }),
    written(cause('all elements of the result'), (v) => keep(v, (i) => i < end(v.length))),
    fed(cause('the pixels of dy'), 'dy', (v, {info: {outChannels: F}}) => keep(v, (i) => i < end(v.length / F) * F)),
    fed(cause('the pixels of each image of dy'), 'dy', (v, {info}) => {
      const image = info.outHeight * info.outWidth;
      return keep(v, (i) => Math.floor(i / info.outChannels) % image < end(image));
    }),
  ];
});

const ignored: readonly Hypothesis[] = tensors.map((name) =>
  fed(`${name} ignored, as if it were all ones`, name, (v) => v.map(() => 1)),
);

const addresses: readonly Hypothesis[] = tensors.flatMap((name) =>
  [15, 16].flatMap((bits) => [
    fed(`${name} addressed with ${bits} bits`, name, (v) => pick(v, (i) => i % 2 ** bits)),
    fed(`${name} cut at 2^${bits} elements`, name, (v) => keep(v, (i) => i < 2 ** bits)),
  ]),
);

/** Mistakes about which values are read, and in which order. */
export const dataHypotheses: readonly Hypothesis[] = [
  ...filters,
  ...channels,
  ...batches,
  ...tails,
  ...ignored,
  ...addresses,
];
