import {type Hypothesis, misread, onAxes, wired} from './hypothesis.js';
import {type Axis, allLinks, linksOf, overhang} from './model.js';

const span = ({filter, dilation}: Axis) => (filter - 1) * dilation + 1;

/** What a kernel may take for the pad before. */
const pads: readonly [string, (axis: Axis, isSame: boolean) => number][] = [
  ['the pads before and behind swapped', ({after}) => after],
  ['the pads before and behind swapped', (axis) => Math.max(0, overhang(axis))],
  ['the pads before and behind swapped', (axis) => Math.max(axis.before, overhang(axis))],
  ['the pads before and behind swapped', ({before, after}, isSame) => (isSame ? after : before)],
  ['the pad ignored', () => 0],
  ['the pad assumed to be half the kernel', ({filter}) => (filter - 1) >> 1],
  ['the pad assumed to be half the kernel', ({filter}) => filter >> 1],
  ['the pad assumed to be half the kernel', (axis) => (span(axis) - 1) >> 1],
  ['the pad assumed to be half the kernel', (axis) => span(axis) >> 1],
  ['the pad taken for k − 1 − pad', (axis) => span(axis) - 1 - axis.before],
  ['the pad taken for k − 1 − pad', ({filter, before}) => filter - 1 - before],
  ['one pad too many before', ({before}) => before + 1],
  ['one pad too few before', ({before}) => before - 1],
];

/** Where an element beyond the border may be fetched from. */
const beyond: readonly [string, (at: number, size: number) => number][] = [
  ['the border repeated instead of zero padding', (at, size) => Math.min(Math.max(at, 0), size - 1)],
  ['the image wrapped around instead of zero padding', (at, size) => ((at % size) + size) % size],
  [
    'the image mirrored instead of zero padding',
    (at, size) => (at < 0 ? Math.min(-at, size - 1) : at >= size ? Math.max(0, 2 * size - 2 - at) : at),
  ],
];

/** Mistakes about what lies beyond the border. */
export const padHypotheses: readonly Hypothesis[] = [
  ...pads.flatMap(([what, before]) =>
    misread(onAxes(what), (axis, _, {problem}) => ({before: before(axis, problem.pad === 'same')})),
  ),
  ...misread(
    [
      'the pads of height and width swapped',
      "the width's pad used for the height as well",
      "the height's pad used for the width as well",
    ],
    (_, {before}) => ({before}),
  ),
  ...beyond.flatMap(([what, fetch]) =>
    wired(onAxes(what), (axis) => allLinks(axis).map((link) => ({...link, input: fetch(link.input, axis.size)}))),
  ),
  ...wired(onAxes('windows that reach beyond the border left out'), (axis) => {
    const outside = allLinks(axis).filter(({input}) => input < 0 || input >= axis.size);
    const windows = new Set(outside.map(({window}) => window));
    return linksOf(axis).filter(({window}) => !windows.has(window));
  }),
];
