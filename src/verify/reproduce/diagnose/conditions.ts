import type {AxisParameters} from './axisModel.js';
import {overhang, span} from './axisModel.js';
import type {Model} from './model.js';

/** A condition under which a mistake is made. It holds on each axis separately, or on a whole problem. */
export interface Condition {
  /** The words that follow the cause. */
  when: string;
  holds(axis: AxisParameters, model: Model): boolean;
}

/** A condition and its opposite. */
const either = (when: string, not: string, holds: Condition['holds']): Condition[] => [
  {when: `when ${when}`, holds},
  {when: `when ${not}`, holds: (axis, model) => !holds(axis, model)},
];

const onAxis: readonly Condition[] = [
  ...either('the stride is above 1', 'the stride is 1', ({stride}) => stride > 1),
  {when: 'when the stride is 2', holds: ({stride}) => stride === 2},
  ...either('the dilation is above 1', 'the dilation is 1', ({dilation}) => dilation > 1),
  ...either('the size is even', 'the size is odd', ({size}) => size % 2 === 0),
  ...either('the kernel is even', 'the kernel is odd', ({filter}) => filter % 2 === 0),
  ...either('the output size is even', 'the output size is odd', ({windows}) => windows % 2 === 0),
  {when: 'when the kernel is above 1', holds: ({filter}) => filter > 1},
  {
    when: 'when the stride is above 1 and the size even',
    holds: ({size, stride}) => stride > 1 && size % 2 === 0,
  },
  {when: 'when the stride is above 1 and the size odd', holds: ({size, stride}) => stride > 1 && size % 2 === 1},
  {when: 'when the stride is 2 and the size even', holds: ({size, stride}) => stride === 2 && size % 2 === 0},
  {when: 'when the stride is 2 and the size odd', holds: ({size, stride}) => stride === 2 && size % 2 === 1},
  ...either(
    'the stride does not divide the size',
    'the stride divides the size',
    ({size, stride}) => size % stride !== 0,
  ),
  {
    when: 'when the stride is above 1 and divides the size',
    holds: ({size, stride}) => stride > 1 && size % stride === 0,
  },
  ...either('the stride exceeds the kernel', 'the stride does not exceed the kernel', (a) => a.stride > a.filter),
  {when: 'when the stride exceeds what the kernel covers', holds: (axis) => axis.stride > span(axis)},
  ...either(
    'the last window reaches beyond the border',
    'no window reaches beyond the last one',
    (axis) => overhang(axis) > 0,
  ),
  {
    when: 'when the stride leaves a remainder',
    holds: (axis) => (axis.size + axis.before + axis.after - span(axis)) % axis.stride > 0,
  },
  ...either('the pads differ', 'the pads are equal', ({before, after}) => before !== after),
  ...either('there is a pad before', 'there is no pad before', ({before}) => before > 0),
];

const onProblem: readonly Condition[] = [
  ...either('the pad is SAME', 'the pad is not SAME', (_, {problem}) => problem.pad === 'same'),
  ...either('the batch is above 1', 'the batch is 1', (_, {info}) => info.batch > 1),
  ...either('C is a multiple of 4', 'C is no multiple of 4', (_, {info}) => info.inChannels % 4 === 0),
  ...either('F is a multiple of 4', 'F is no multiple of 4', (_, {info}) => info.outChannels % 4 === 0),
  ...either('C is even', 'C is odd', (_, {info}) => info.inChannels % 2 === 0),
  ...either('F is even', 'F is odd', (_, {info}) => info.outChannels % 2 === 0),
  {when: 'when C is above 1', holds: (_, {info}) => info.inChannels > 1},
  {when: 'when F is above 1', holds: (_, {info}) => info.outChannels > 1},
  {when: 'when C is at least 4', holds: (_, {info}) => info.inChannels >= 4},
  {when: 'when F is at least 4', holds: (_, {info}) => info.outChannels >= 4},
  ...either('C = F', 'C ≠ F', (_, {info}) => info.inChannels === info.outChannels),
  ...either('the kernel is square', 'the kernel is not square', (_, {rows, columns}) => {
    return rows.axis.filter === columns.axis.filter;
  }),
  ...either('sh = sw', 'sh ≠ sw', (_, {rows, columns}) => rows.axis.stride === columns.axis.stride),
  ...either('the input is square', 'the input is not square', (_, {rows, columns}) => {
    return rows.axis.size === columns.axis.size;
  }),
  ...either('both strides are 1', 'one of the strides is above 1', (_, {rows, columns}) => {
    return rows.axis.stride === 1 && columns.axis.stride === 1;
  }),
  ...either('both strides and dilations are above 1', 'not both stride and dilation are above 1', (_, model) =>
    [model.rows.axis, model.columns.axis].every(({stride, dilation}) => stride > 1 && dilation > 1),
  ),
  ...either('one of the dilations is above 1', 'both dilations are 1', (_, {rows, columns}) => {
    return rows.axis.dilation > 1 || columns.axis.dilation > 1;
  }),
  ...either('the kernel is 1 × 1', 'the kernel is not 1 × 1', (_, {rows, columns}) => {
    return rows.axis.filter === 1 && columns.axis.filter === 1;
  }),
  {when: 'when the data format is NCHW', holds: (_, {problem}) => problem.dataFormat === 'NCHW'},
  {when: 'when the output size is rounded up', holds: (_, {problem}) => problem.dimRoundingMode === 'ceil'},
];

/** The conditions under which mistakes are made. */
export const conditions: readonly Condition[] = [...onAxis, ...onProblem];
