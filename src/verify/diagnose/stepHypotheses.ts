import {type AxisCauses, type Hypothesis, misread, onAxes, wired} from './hypothesis.js';
import {type Axis, type Link, linksOf, overhang} from './model.js';

const crossed = (what: 'stride' | 'dilation'): Hypothesis[] =>
  misread(
    [
      `the ${what}s of height and width swapped`,
      `the width's ${what} used for the height as well`,
      `the height's ${what} used for the width as well`,
    ],
    (_, other) => ({[what]: other[what]}),
  );

/** Every input and tap meet in the window that rounding gives, whether or not the stride divides. */
const undivided = (round: (window: number) => number): Hypothesis[] =>
  wired(
    onAxes('no test that the stride divides (position + pad − tap)'),
    ({size, filter, before, dilation, stride, windows}) => {
      const links = Array.from({length: size * filter}, (_, i): Link => {
        const [input, tap] = [Math.floor(i / filter), i % filter];
        return {window: round((input + before - tap * dilation) / stride), tap, input};
      });
      return links.filter(({window}) => window >= 0 && window < windows);
    },
    ['backpropInput'],
  );

const steps: readonly Hypothesis[] = [
  ...crossed('stride'),
  ...crossed('dilation'),
  ...misread(onAxes('the stride ignored'), () => ({stride: 1})),
  ...misread(onAxes('the dilation ignored'), () => ({dilation: 1})),
  ...misread(onAxes('stride and dilation swapped'), ({stride, dilation}) => ({stride: dilation, dilation: stride})),
  ...[Math.floor, Math.trunc, Math.round, Math.ceil].flatMap(undivided),
  ...wired(onAxes('the taps flipped'), (axis) =>
    linksOf(axis).map((link) => ({...link, tap: axis.filter - 1 - link.tap})),
  ),
];

/** When the end of a line may be forgotten. */
const occasions: readonly [string, (axis: Axis) => boolean][] = [
  ['', () => true],
  [' when the stride is above 1', ({stride}) => stride > 1],
  [' when the size is even', ({size}) => size % 2 === 0],
  [' when the size is odd', ({size}) => size % 2 === 1],
  [' when the stride is above 1 and the size even', ({size, stride}) => stride > 1 && size % 2 === 0],
  [' when the stride is above 1 and the size odd', ({size, stride}) => stride > 1 && size % 2 === 1],
  [' when the stride is 2 and the size even', ({size, stride}) => stride === 2 && size % 2 === 0],
  [' when the stride is 2 and the size odd', ({size, stride}) => stride === 2 && size % 2 === 1],
  [' when the stride does not divide the size', ({size, stride}) => size % stride !== 0],
  [' when the stride divides the size', ({size, stride}) => stride > 1 && size % stride === 0],
  [' when the last window reaches beyond the border', (axis) => overhang(axis) > 0],
  [
    ' when the stride leaves a remainder',
    ({size, before, after, filter, dilation, stride}) =>
      (size + before + after - (filter - 1) * dilation - 1) % stride > 0,
  ],
];

const lines = (which: string, when = ''): AxisCauses => [
  `the ${which} row and column left out${when}`,
  `the ${which} row left out${when}`,
  `the ${which} column left out${when}`,
];

const ends: readonly Hypothesis[] = occasions.flatMap(([when, holds]) => [
  ...wired(lines('last output', when), (axis) =>
    linksOf(axis).filter(({window}) => !holds(axis) || window < axis.windows - 1),
  ),
  ...wired(lines('last input', when), (axis) =>
    linksOf(axis).filter(({input}) => !holds(axis) || input < axis.size - 1),
  ),
]);

/** Where the input ends for who computes its size back from the output's. */
const shortSizes: readonly ((axis: Axis) => number)[] = [
  ({windows, stride}) => (windows - 1) * stride + 1,
  ({size, stride}) => size - (size % stride),
  (axis) => overhang(axis) + axis.size - axis.after,
  (axis) => overhang(axis) + axis.size - axis.before,
];

const remainders: readonly Hypothesis[] = shortSizes.flatMap((sizeOf) =>
  [false, true].flatMap((evenUnstrided) =>
    wired(onAxes('the stride remainder dropped'), (axis) =>
      linksOf(axis).filter(({input}) => (axis.stride === 1 && !evenUnstrided) || input < sizeOf(axis)),
    ),
  ),
);

const beginnings: readonly Hypothesis[] = [
  ...wired(lines('first output'), (axis) => linksOf(axis).filter(({window}) => window > 0)),
  ...wired(lines('first input'), (axis) => linksOf(axis).filter(({input}) => input > 0)),
  ...wired(onAxes('the first tap left out'), (axis) => linksOf(axis).filter(({tap}) => tap > 0)),
  ...wired(onAxes('the last tap left out'), (axis) => linksOf(axis).filter(({tap}) => tap < axis.filter - 1)),
];

/** Mistakes about which input meets which tap, and about the ends of the lines. */
export const stepHypotheses: readonly Hypothesis[] = [...steps, ...remainders, ...ends, ...beginnings];
