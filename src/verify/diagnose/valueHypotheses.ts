import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {fed, type Hypothesis, written} from './hypothesis.js';
import {right} from './model.js';

const factors: readonly [string, (info: Conv2DInfo) => number][] = [
  ['the sign wrong', () => -1],
  ['a division by N', (info) => 1 / info.batch],
  ['a multiplication by N', (info) => info.batch],
  ['a division by OH · OW', (info) => 1 / (info.outHeight * info.outWidth)],
  ['a division by N · OH · OW', (info) => 1 / (info.batch * info.outHeight * info.outWidth)],
  ['a division by H · W', (info) => 1 / (info.inHeight * info.inWidth)],
  ['a division by kh · kw', (info) => 1 / (info.filterHeight * info.filterWidth)],
  ['a division by C', (info) => 1 / info.inChannels],
  ['a division by F', (info) => 1 / info.outChannels],
  ['a division by sh · sw', (info) => 1 / (info.strideHeight * info.strideWidth)],
  ['zeros written instead of it', () => 0],
];

const formats: readonly [string, number][] = [
  ['float16 or tf32', 10],
  ['bfloat16', 7],
];

/** To nearest, with so many bits behind the leading one: Veltkamp's splitting in double. */
function toBits(value: number, bits: number): number {
  const scaled = value * (2 ** (52 - bits) + 1);
  return scaled - (scaled - value);
}

const tensors = ['x', 'filter', 'dy'] as const;

const rounding: readonly Hypothesis[] = formats.flatMap(([format, bits]) => [
  ...tensors.map((name) => fed(`${name} rounded to ${format}`, name, (v) => v.map((value) => toBits(value, bits)))),
  {
    cause: `both inputs rounded to ${format}`,
    predict(model) {
      const inputs = {...model.inputs};
      for (const name of tensors) inputs[name] = inputs[name].map((value) => toBits(value, bits));
      return right({...model, inputs});
    },
  },
  written(`the result rounded to ${format}`, (v) => v.map((value) => toBits(value, bits))),
]);

/** Mistakes about the numbers themselves: a factor, a format. */
export const valueHypotheses: readonly Hypothesis[] = [
  ...factors.map(([cause, factor]) =>
    written(cause, (v, {info}) => v.map((value) => (value === 0 ? 0 : value * factor(info)))),
  ),
  ...rounding,
];
