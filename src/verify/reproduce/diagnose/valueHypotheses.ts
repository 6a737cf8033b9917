import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Hypothesis, inputChange, rare, resultChange, type TensorKind} from './hypothesis.js';
import {type Model, outcome} from './model.js';

const factors: readonly [string, (info: Conv2DInfo) => number][] = [
  ['the sign wrong', () => -1],
  ['a division by N', (info) => 1 / info.batch],
  ['a multiplication by N', (info) => info.batch],
  ['a division by OH · OW', (info) => 1 / (info.outHeight * info.outWidth)],
  ['a multiplication by OH · OW', (info) => info.outHeight * info.outWidth],
  ['a division by N · OH · OW', (info) => 1 / (info.batch * info.outHeight * info.outWidth)],
  ['a division by H · W', (info) => 1 / (info.inHeight * info.inWidth)],
  ['a division by kh · kw', (info) => 1 / (info.filterHeight * info.filterWidth)],
  ['a multiplication by kh · kw', (info) => info.filterHeight * info.filterWidth],
  ['a division by kh · kw · C', (info) => 1 / (info.filterHeight * info.filterWidth * info.inChannels)],
  ['a division by C', (info) => 1 / info.inChannels],
  ['a multiplication by C', (info) => info.inChannels],
  ['a division by F', (info) => 1 / info.outChannels],
  ['a multiplication by F', (info) => info.outChannels],
  ['a division by sh · sw', (info) => 1 / (info.strideHeight * info.strideWidth)],
  ['a multiplication by sh · sw', (info) => info.strideHeight * info.strideWidth],
  ['a division by dh · dw', (info) => 1 / (info.dilationHeight * info.dilationWidth)],
  ['zeros written in its place', () => 0],
];

/** The number of terms of each element: the result for inputs that are all ones. */
function termsOf(model: Model): Float64Array {
  const {x, filter, dy} = model.inputs;
  const ones = (values: Float32Array) => new Float32Array(values.length).fill(1);
  return outcome({...model, inputs: {x: ones(x), filter: ones(filter), dy: ones(dy)}, written: []});
}

const formats: readonly [string, number][] = [
  ['float16 or tf32', 10],
  ['bfloat16', 7],
];

/** Rounds to nearest, with so many bits behind the leading one, by Veltkamp's splitting in double precision. */
function toBits(value: number, bits: number): number {
  const scaled = value * (2 ** (52 - bits) + 1);
  return scaled - (scaled - value);
}

/** Rounds towards zero, to so many bits behind the leading one. */
function cutToBits(value: number, bits: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - bits);
  return Math.trunc(value / unit) * unit;
}

/** Mistakes that change single numbers. */
const changes: readonly [string, (value: number) => number][] = [
  ...formats.flatMap(([format, bits]): [string, (value: number) => number][] => [
    [`rounded to ${format}`, (value) => toBits(value, bits)],
    [`truncated to ${format}`, (value) => cutToBits(value, bits)],
  ]),
  ['rounded to whole numbers', Math.round],
  ['truncated to whole numbers', Math.trunc],
  ['rounded down to whole numbers', Math.floor],
  ['stripped of negative values', (value) => Math.max(0, value)],
  ['clipped to 0 … 6', (value) => Math.min(6, Math.max(0, value))],
  ['wrapped to 8 bits', (value) => (Math.trunc(value) << 24) >> 24],
  ['wrapped to 16 bits', (value) => (Math.trunc(value) << 16) >> 16],
  ['stripped of its signs', Math.abs],
];
const kinds: readonly [string, TensorKind][] = [
  ['x', 'x'],
  ['filter', 'filter'],
  ['dy', 'y'],
];

const changed: readonly Hypothesis[] = changes.flatMap(([what, change]) => [
  ...kinds.map(([name, kind]) => inputChange(`${name} ${what}`, kind, (v) => v.map(change))),
  {
    causes: [`both inputs ${what}`] as const,
    change: (model: Model) => {
      const {x, filter, dy} = model.inputs;
      return {...model, inputs: {x: x.map(change), filter: filter.map(change), dy: dy.map(change)}};
    },
  },
  {causes: [`each product ${what}`] as const, change: (model: Model) => ({...model, product: change})},
  resultChange(`the result ${what}`, (v) => v.map(change)),
]);

/** Mistakes about the numbers themselves, such as a factor or a format. */
export const valueHypotheses: readonly Hypothesis[] = [
  ...factors.map(([cause, factor]) =>
    resultChange(cause, (v, {info}) => v.map((value) => (value === 0 ? 0 : value * factor(info)))),
  ),
  resultChange('a division by the number of terms of each element', (v, model) => {
    const terms = termsOf(model);
    return v.map((value, i) => (terms[i] > 0 ? value / terms[i] : 0));
  }),
  resultChange('elements without terms never written', (v, model) => {
    const terms = termsOf(model);
    return v.map((value, i) => (terms[i] > 0 ? value : model.blank));
  }),
  ...kinds.map(([name, kind]) => inputChange(`${name} ignored, as if it were all ones`, kind, (v) => v.map(() => 1))),
  ...kinds.map(([name, kind]) => inputChange(`${name} with the wrong sign`, kind, (v) => v.map((value) => -value))),
  ...rare(changed),
];
