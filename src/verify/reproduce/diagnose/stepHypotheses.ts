import type {AxisParameters, Link} from './axisModel.js';
import {axisChange, type Hypothesis, linkChange, onAxes} from './hypothesis.js';

const crossed = (what: 'stride' | 'dilation'): Hypothesis =>
  axisChange(
    [
      `the ${what}s of height and width swapped`,
      `the width's ${what} used for the height as well`,
      `the height's ${what} used for the width as well`,
    ],
    (_, other) => ({[what]: other[what]}),
  );

/** What a kernel may take for stride and dilation. */
const steps: readonly [string, (axis: AxisParameters) => Partial<AxisParameters>][] = [
  ['the stride ignored', () => ({stride: 1})],
  ['the dilation ignored', () => ({dilation: 1})],
  ['stride and dilation swapped', ({stride, dilation}) => ({stride: dilation, dilation: stride})],
  ['the stride used as dilation as well', ({stride}) => ({dilation: stride})],
  ['the dilation used as stride as well', ({dilation}) => ({stride: dilation})],
  ['the tap multiplied by the stride as well', ({stride, dilation}) => ({dilation: dilation * stride})],
  ['the output position multiplied by the dilation as well', ({stride, dilation}) => ({stride: stride * dilation})],
  ['the dilation one too large', ({dilation}) => ({dilation: dilation + 1})],
  ['the dilation one too small', ({dilation}) => ({dilation: Math.max(1, dilation - 1)})],
  ['the stride one too large', ({stride}) => ({stride: stride + 1})],
  ['the stride one too small', ({stride}) => ({stride: Math.max(1, stride - 1)})],
];

/** The window in which an input and a tap of dx are taken to meet; undefined if there is none. */
type Meeting = (axis: AxisParameters, input: number, tap: number) => number | undefined;

const gathered = (what: string, meeting: Meeting): Hypothesis =>
  linkChange(
    onAxes(what),
    (_, axis) =>
      Array.from({length: axis.size * axis.filter}, (_, i): Link => {
        const [input, tap] = [Math.floor(i / axis.filter), i % axis.filter];
        return {window: meeting(axis, input, tap) ?? -1, tap, input};
      }),
    ['backpropInput'],
  );

const whole = (quotient: number) => (Number.isInteger(quotient) ? quotient : undefined);
const position = ({before, dilation}: AxisParameters, input: number, tap: number) => input + before - tap * dilation;
const undivided = 'no test that the stride divides (position + pad − tap)';
const misdivided = (without: string) =>
  `the test that the stride divides (position + pad − tap) made without ${without}`;
const tests: readonly [string, (axis: AxisParameters, input: number, tap: number) => number][] = [
  ['the pad and the tap', (_, input) => input],
  ['the tap', ({before}, input) => input + before],
  ['the pad', ({dilation}, input, tap) => input - tap * dilation],
  ['the dilation', ({before}, input, tap) => input + before - tap],
];

const meetings: readonly [string, Meeting][] = [
  ...[Math.floor, Math.trunc, Math.round, Math.ceil].map((round): [string, Meeting] => [
    undivided,
    (axis, input, tap) => round(position(axis, input, tap) / axis.stride),
  ]),
  ...tests.map(([without, tested]): [string, Meeting] => [
    misdivided(without),
    (axis, input, tap) =>
      tested(axis, input, tap) % axis.stride === 0 ? Math.floor(position(axis, input, tap) / axis.stride) : undefined,
  ]),
  ["dx gathered by forward's formula", ({stride, before, dilation}, i, tap) => i * stride - before + tap * dilation],
  [
    "dx gathered with forward's signs",
    ({stride, before, dilation}, i, tap) => whole((i - before + tap * dilation) / stride),
  ],
  [
    "dx gathered with forward's signs and no test that the stride divides",
    ({stride, before, dilation}, i, tap) => Math.floor((i - before + tap * dilation) / stride),
  ],
  [
    'the position multiplied by the stride instead of divided',
    (axis, i, tap) => i * axis.stride + axis.before - tap * axis.dilation,
  ],
  ['no division by the stride', position],
];

/** Mistakes about which input meets which tap. */
export const stepHypotheses: readonly Hypothesis[] = [
  crossed('stride'),
  crossed('dilation'),
  ...steps.map(([what, change]) => axisChange(onAxes(what), change)),
  ...meetings.map(([what, meeting]) => gathered(what, meeting)),
  linkChange(onAxes('the taps counted backwards'), (_, axis) =>
    Array.from({length: axis.windows * axis.filter}, (_, i) => {
      const [window, tap] = [Math.floor(i / axis.filter), i % axis.filter];
      return {window, tap, input: window * axis.stride - axis.before - tap * axis.dilation};
    }),
  ),
  linkChange(onAxes('the taps flipped'), (links, {filter}) =>
    links.map((link) => ({...link, tap: filter - 1 - link.tap})),
  ),
];
