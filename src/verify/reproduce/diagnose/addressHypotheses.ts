import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Hypothesis, inputChange, pitchChange, type TensorKind} from './hypothesis.js';
import type {Pitches} from './model.js';

/** What a kernel may take for the distance between two neighbours. */
const pitches: readonly [string, (info: Conv2DInfo, right: Pitches) => Partial<Pitches>][] = [
  ['the row pitch of x computed from its height', ({inHeight, inChannels: C}, {x}) => ({x: {...x, row: inHeight * C}})],
  [
    "the row pitch of x computed from the output's width",
    ({outWidth, inChannels: C}, {x}) => ({x: {...x, row: outWidth * C}}),
  ],
  [
    'the row pitch of y computed from its height',
    ({outHeight, outChannels: F}, {y}) => ({y: {...y, row: outHeight * F}}),
  ],
  [
    "the row pitch of y computed from the input's width",
    ({inWidth, outChannels: F}, {y}) => ({y: {...y, row: inWidth * F}}),
  ],
  [
    'the row pitch of the filter computed from its height',
    ({filterHeight, inChannels: C, outChannels: F}, {filter}) => ({filter: {...filter, row: filterHeight * C * F}}),
  ],
  ['rows and columns of x swapped in its address', (_, {x}) => ({x: {...x, row: x.column, column: x.row}})],
  ['rows and columns of y swapped in its address', (_, {y}) => ({y: {...y, row: y.column, column: y.row}})],
  [
    'rows and columns of the filter swapped in its address',
    (_, {filter}) => ({filter: {...filter, row: filter.column, column: filter.row}}),
  ],
  ['the image left out of the address of x', (_, {x}) => ({x: {...x, image: 0}})],
  ['the image left out of the address of y', (_, {y}) => ({y: {...y, image: 0}})],
  [
    "the image pitch of x computed from the output's size",
    ({outHeight, outWidth, inChannels: C}, {x}) => ({x: {...x, image: outHeight * outWidth * C}}),
  ],
  [
    "the image pitch of y computed from the input's size",
    ({inHeight, inWidth, outChannels: F}, {y}) => ({y: {...y, image: inHeight * inWidth * F}}),
  ],
  [
    'the channel pitch of the filter computed from the input channels',
    ({inChannels: C}, {filter}) => ({filter: {...filter, input: C}}),
  ],
  [
    'input and output channels swapped in the address of the filter',
    (_, {filter}) => ({filter: {...filter, input: 1, output: filter.input}}),
  ],
  ['the column pitch of x computed from the output channels', ({outChannels: F}, {x}) => ({x: {...x, column: F}})],
  ['the column pitch of y computed from the input channels', ({inChannels: C}, {y}) => ({y: {...y, column: C}})],
];

/** Mistakes about addresses. They show on tensors with more elements than the bits of the address can count. */
export const bitHypotheses: readonly Hypothesis[] = (['x', 'filter', 'y'] as const satisfies TensorKind[]).flatMap(
  (kind) =>
    [15, 16].flatMap((bits) => {
      const name = kind === 'y' ? 'dy' : kind;
      return [
        inputChange(`${name} addressed with ${bits} bits`, kind, (v) => v.map((_, i) => v[i % 2 ** bits])),
        inputChange(`${name} cut at 2^${bits} elements`, kind, (v) => v.map((value, i) => (i < 2 ** bits ? value : 0))),
      ];
    }),
);

/** Mistakes about where an element stands in memory. */
export const addressHypotheses: readonly Hypothesis[] = pitches.map(([what, change]) =>
  pitchChange(what, ({info, pitches}) => change(info, pitches)),
);
