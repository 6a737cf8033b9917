import {type AxisParameters, isInside, type Link, overhang, span} from './axisModel.js';
import {type AxisCauses, type Hypothesis, linkChange, onAxes, testChange} from './hypothesis.js';

const untested = (what: string): AxisCauses => [
  `${what} on both axes, so that the neighbouring row or image is read`,
  `${what} along the height, so that the neighbouring image is read`,
  `${what} along the width, so that the neighbouring row is read`,
];

/** Ways in which a test against the border may be too weak. */
const weakTests: readonly [string, (at: number, size: number) => boolean][] = [
  ['no border test', () => true],
  ['no border test at the beginning', (at, size) => at < size],
  ['no border test at the end', (at) => at >= 0],
  ['the border test off by one at the end', (at, size) => at >= 0 && at <= size],
  ['the border test off by one at the beginning', (at, size) => at >= -1 && at < size],
];

/** Adds windows before the first and after the last one. They exist for a kernel that gathers dx without a test. */
const widened = (
  links: readonly Link[],
  {size, filter, stride, dilation, before, windows}: AxisParameters,
): readonly Link[] => {
  const reach = size + before + filter * dilation;
  const more = Array.from({length: 2 * reach}, (_, i) => (i < reach ? i - reach : windows + i - reach));
  const added = more.flatMap((window) =>
    Array.from({length: filter}, (_, tap) => ({window, tap, input: window * stride - before + tap * dilation})),
  );
  return [...links, ...added.filter(({input}) => input >= 0 && input < size)];
};

const untestedWindows = weakTests.map(([what, holds]): Hypothesis => {
  const causes = untested(what.replace('border', 'border of dy'));
  const wider = linkChange(causes, widened, ['backpropInput']);
  const weaker = testChange(
    causes,
    ({window, input}, {windows, size}) => input >= 0 && input < size && holds(window, windows),
  );
  return {...wider, change: (model, on) => weaker.change(wider.change(model, on), on)};
});

/** Causes for a kernel that takes the other axis's size as the end of its loop. */
const ends = (what: string): AxisCauses => [
  `the ${what}s of height and width swapped as loop limits`,
  `the ${what} rows ended at the number of columns`,
  `the ${what} columns ended at the number of rows`,
];

/** Numbers that may be taken for the number of windows. */
const counts: readonly [string, (axis: AxisParameters) => number][] = [
  ['the output size computed without the pads', (axis) => Math.floor((axis.size - span(axis)) / axis.stride) + 1],
  ['the output size computed without the pads', ({size, filter, stride}) => Math.floor((size - filter) / stride) + 1],
  ['the output size rounded down', (axis) => Math.floor((paddedSize(axis) - span(axis)) / axis.stride) + 1],
  ['the output size computed as the input size divided by the stride', ({size, stride}) => Math.floor(size / stride)],
  ['the output size computed as the input size divided by the stride', ({size, stride}) => Math.ceil(size / stride)],
];
const paddedSize = ({size, before, after}: AxisParameters) => size + before + after;

/** Where the input ends for a kernel that computes its size back from the output's. */
const shortSizes: readonly ((axis: AxisParameters) => number)[] = [
  ({windows, stride}) => (windows - 1) * stride + 1,
  ({size, stride}) => size - (size % stride),
  (axis) => overhang(axis) + axis.size - axis.after,
  (axis) => overhang(axis) + axis.size - axis.before,
];

const remainders: readonly Hypothesis[] = shortSizes.flatMap((sizeOf) =>
  [false, true].map((evenUnstrided) =>
    linkChange(onAxes('the stride remainder dropped'), (links, axis) =>
      links.filter(({input}) => (axis.stride === 1 && !evenUnstrided) || input < sizeOf(axis)),
    ),
  ),
);

/** Mistakes about where lines begin and end. */
export const borderHypotheses: readonly Hypothesis[] = [
  ...weakTests.map(([what, holds]) =>
    testChange(
      untested(what),
      ({window, input}, {size, windows}) => window >= 0 && window < windows && holds(input, size),
    ),
  ),
  ...untestedWindows,
  testChange(
    [
      'height and width swapped in the border test',
      'the height tested against the width',
      'the width tested against the height',
    ],
    (link, axis, {size}) => isInside(link, {...axis, size}),
  ),
  linkChange(ends('output'), (links, _, {windows}) => links.filter(({window}) => window < windows)),
  linkChange(ends('input'), (links, _, {size}) => links.filter(({input}) => input < size)),
  linkChange(ends('tap'), (links, _, {filter}) => links.filter(({tap}) => tap < filter)),
  ...counts.map(([what, countOf]) =>
    linkChange(onAxes(what), (links, axis) => links.filter(({window}) => window < countOf(axis))),
  ),
  ...remainders,
];
