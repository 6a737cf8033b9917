import {type AxisParameters, overhang, span} from './axisModel.js';
import {type AxisCauses, axisChange, type Hypothesis, linkChange, onAxes} from './hypothesis.js';

const swapped = 'the pads before and after swapped (an uneven SAME pad on the other side)';
const half = 'the pad assumed to be half the kernel';
const opposite = 'the pad computed as k − 1 − pad';
const undilated = 'the SAME pad computed without the dilation';

/** What a kernel may take for the pad before the line. */
const pads: readonly [string, (axis: AxisParameters, isSame: boolean) => number][] = [
  [swapped, ({after}) => after],
  [swapped, (axis) => Math.max(0, overhang(axis))],
  [swapped, (axis) => Math.max(axis.before, overhang(axis))],
  [swapped, ({before, after}, isSame) => (isSame ? after : before)],
  ['the pad ignored', () => 0],
  ['the SAME pad ignored', ({before}, isSame) => (isSame ? 0 : before)],
  [half, ({filter}) => (filter - 1) >> 1],
  [half, ({filter}) => filter >> 1],
  [half, (axis) => (span(axis) - 1) >> 1],
  [half, (axis) => span(axis) >> 1],
  ['the SAME pad assumed to be half the kernel', (axis, isSame) => (isSame ? (span(axis) - 1) >> 1 : axis.before)],
  [undilated, (axis, isSame) => (isSame ? Math.max(0, overhang({...axis, dilation: 1, before: 0})) >> 1 : axis.before)],
  [opposite, (axis) => span(axis) - 1 - axis.before],
  [opposite, ({filter, before}) => filter - 1 - before],
  ['one pad too many before', ({before}) => before + 1],
  ['one pad too few before', ({before}) => before - 1],
  ['two pads too many before', ({before}) => before + 2],
  ['two pads too few before', ({before}) => before - 2],
  ['the whole pad put before', ({before, after}) => before + after],
  ['the pad doubled', ({before}) => 2 * before],
  ['the pad halved', ({before}) => before >> 1],
  ['the pad with the wrong sign', ({before}) => -before],
  ['the pad multiplied by the stride', ({before, stride}) => before * stride],
  ['the pad divided by the stride', ({before, stride}) => Math.floor(before / stride)],
  ['the pad multiplied by the dilation', ({before, dilation}) => before * dilation],
  ['the pad divided by the dilation', ({before, dilation}) => Math.floor(before / dilation)],
];

const crossed: AxisCauses = [
  'the pads of height and width swapped',
  "the width's pad used for the height as well",
  "the height's pad used for the width as well",
];

/** From where an element beyond the border may be read. */
const beyond: readonly [string, (at: number, size: number) => number][] = [
  ['the border repeated instead of zero padding', (at, size) => Math.min(Math.max(at, 0), size - 1)],
  ['the image wrapped around instead of zero padding', (at, size) => ((at % size) + size) % size],
  ['the image mirrored instead of zero padding', (at, size) => inside(at < 0 ? -at : 2 * size - 2 - at, size)],
  [
    'the image mirrored, border included, instead of zero padding',
    (at, size) => inside(at < 0 ? -1 - at : 2 * size - 1 - at, size),
  ],
];
const inside = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);

const sides: readonly [string, (at: number) => boolean][] = [
  ['', () => true],
  [' at the beginning', (at) => at < 0],
  [' at the end', (at) => at >= 0],
];

/** All pairs of input and tap for which the window of dy is a whole number, including windows beyond dy. */
const everyWindow = ({size, filter, before, dilation, stride}: AxisParameters) =>
  Array.from({length: size * filter}, (_, i) => {
    const [input, tap] = [Math.floor(i / filter), i % filter];
    return {window: (input + before - tap * dilation) / stride, tap, input};
  }).filter(({window}) => Number.isInteger(window));

/** Mistakes about what lies beyond the border. */
export const padHypotheses: readonly Hypothesis[] = [
  ...pads.map(([what, before]) =>
    axisChange(onAxes(what), (axis, _, {problem}) => ({before: before(axis, problem.pad === 'same')})),
  ),
  axisChange(crossed, (_, {before}) => ({before})),
  ...beyond.flatMap(([what, fetch]) =>
    sides.flatMap(([side, isThere]) => {
      const fetched = (at: number, size: number) => ((at >= 0 && at < size) || !isThere(at) ? at : fetch(at, size));
      return [
        linkChange(onAxes(`${what}${side}`), (links, {size}) =>
          links.map((link) => ({...link, input: fetched(link.input, size)})),
        ),
        linkChange(
          onAxes(`${what.replace('image', 'image of dy')}${side}`.replace('border rep', 'border of dy rep')),
          (_, axis) => everyWindow(axis).map((link) => ({...link, window: fetched(link.window, axis.windows)})),
          ['backpropInput'],
        ),
      ];
    }),
  ),
  ...sides.map(([side, isThere]) =>
    linkChange(onAxes(`windows that reach beyond the border left out${side && `,${side}`}`), (links, {size}) => {
      const outside = links.filter(({input}) => (input < 0 || input >= size) && isThere(input));
      const windows = new Set(outside.map(({window}) => window));
      return links.filter(({window}) => !windows.has(window));
    }),
  ),
];
