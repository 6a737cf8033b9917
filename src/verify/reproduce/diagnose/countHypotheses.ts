import {passes, shapeOf, type TensorName} from '../../../geometry/pass.js';
import type {Link} from './axisModel.js';
import {type CountPattern, countPatterns} from './countPatterns.js';
import {
  type AxisCauses,
  type Hypothesis,
  linkChange,
  plural,
  rare,
  type TensorKind,
  tensorChange,
  writerOf,
} from './hypothesis.js';
import type {Model} from './model.js';

/** Things in a row: a run of a tensor's dimensions, from `from` to `to`. */
interface Things {
  kind: TensorKind;
  from: number;
  to: number;
  /** The largest unit that shows in so short a row. */
  most?: number;
  one: (name: TensorName) => string;
  isRare?: boolean;
}

const patternsUpTo = (most: number) => countPatterns.filter(({unit}) => unit <= most);
const named = (one: string) => () => one;

const things: readonly Things[] = [
  {kind: 'y', from: 0, to: 0, most: 2, one: named('image of the batch')},
  {kind: 'x', from: 3, to: 3, one: named('input channel')},
  {kind: 'y', from: 3, to: 3, one: named('output channel')},
  {kind: 'y', from: 1, to: 2, one: named('output pixel of each image')},
  {kind: 'y', from: 0, to: 2, one: named('output pixel')},
  {kind: 'x', from: 1, to: 2, one: named('input pixel of each image')},
  {kind: 'x', from: 0, to: 2, one: named('input pixel')},
  {kind: 'filter', from: 0, to: 1, most: 8, one: named('tap')},
  {kind: 'filter', from: 0, to: 2, one: named('row of the filter as a matrix')},
  {kind: 'filter', from: 2, to: 3, one: named('pair of channels'), isRare: true},
  ...(['x', 'filter', 'y'] as const).flatMap((kind): Things[] => [
    {kind, from: 0, to: 3, one: (name) => `element of ${name}`},
    {
      kind,
      from: 1,
      to: 3,
      one: (name) => `element of each ${kind === 'filter' ? 'row of taps' : 'image'} of ${name}`,
      isRare: true,
    },
    ...(kind === 'filter'
      ? []
      : [{kind, from: 2, to: 3, one: (name: TensorName) => `element of each row of ${name}`, isRare: true}]),
  ]),
];

/** Multiplies each value by its count. An element of a result with a count of 0 was never written. */
function counted(
  values: Float32Array | Float64Array,
  kind: TensorKind,
  model: Model,
  countOf: (index: number) => number,
) {
  const isResult = model.pass === writerOf(kind);
  return values.map((value, i) => {
    const count = countOf(i);
    return isResult && count === 0 ? model.blank : value * count;
  });
}

const inTensors: readonly Hypothesis[] = things.flatMap(({kind, from, to, most = 64, one, isRare}) =>
  patternsUpTo(most).flatMap(({says, countOf, isRare: isRarePattern}) => {
    const hypotheses = tensorChange(
      (name) => says(one(name), plural(one(name))),
      kind,
      (values, model) => {
        const shape = shapeOf(model.info, kind);
        const product = (lengths: number[]) => lengths.reduce((so, length) => so * length, 1);
        const [step, size] = [product(shape.slice(to + 1)), product(shape.slice(from, to + 1))];
        return counted(values, kind, model, (i) => countOf(Math.floor(i / step) % size, size)) as typeof values;
      },
    );
    return isRare || isRarePattern ? rare(hypotheses) : hypotheses;
  }),
);

const axes: readonly [
  what: string,
  kind: TensorKind,
  of: keyof Link,
  size: 'windows' | 'size' | 'filter',
  most: number,
][] = [
  ['output', 'y', 'window', 'windows', 16],
  ['input', 'x', 'input', 'size', 16],
  ['tap', 'filter', 'tap', 'filter', 4],
];

const onLines: readonly Hypothesis[] = axes.flatMap(([what, kind, of, size, most]) =>
  patternsUpTo(most).map(({says, countOf, isRare = false}: CountPattern) => {
    const causes = ['row and column', 'row', 'column'].map((line) =>
      says(`${what} ${line}`, `${what} ${line.replace(/\b(row|column)\b/g, '$1s')}`),
    ) as unknown as AxisCauses;
    const summed = linkChange(causes, (links, axis) =>
      links.flatMap((link) => Array<Link>(countOf(link[of], axis[size])).fill(link)),
    );
    const unwritten: Hypothesis = {
      ...summed,
      change: (model, on) => {
        const changed = summed.change(model, on);
        if (model.blank === 0 || model.pass !== writerOf(kind)) return changed;
        const [, rows, columns, channels] = shapeOf(model.info, kind);
        const [height, width] = kind === 'filter' ? [shapeOf(model.info, kind)[0], rows] : [rows, columns];
        const inner = kind === 'filter' ? columns * channels : channels;
        const isLost = (i: number) => {
          const pixel = Math.floor(i / inner);
          return (
            (on.columns && countOf(pixel % width, width) === 0) ||
            (on.rows && countOf(Math.floor(pixel / width) % height, height) === 0)
          );
        };
        const blank = (values: Float64Array) => values.map((value, i) => (isLost(i) ? model.blank : value));
        return {...changed, written: [...changed.written, blank]};
      },
    };
    return {...unwritten, passes, isRare};
  }),
);

/** Mistakes about what counts: something is left out, or counted twice. */
export const countHypotheses: readonly Hypothesis[] = [...onLines, ...inTensors];
