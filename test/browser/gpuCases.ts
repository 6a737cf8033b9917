import type {Conv2DAttributes, Conv2DRequest} from '../../src/index.js';

/** A convolution as tfjs is asked for it. */
export type Case = Conv2DAttributes & Pick<Conv2DRequest, 'xShape' | 'filterShape'>;

/** What either GPU backend must compute. */
export const gpuCases: Readonly<Record<string, Case>> = {
  'one element': {xShape: [1, 1, 1, 1], filterShape: [1, 1, 1, 1], strides: 1, pad: 'valid'},
  'stride and dilation': {
    xShape: [1, 11, 9, 2],
    filterShape: [3, 4, 2, 3],
    strides: [2, 3],
    dilations: [3, 2],
    pad: 'same',
  },
  'common factor': {xShape: [1, 12, 13, 1], filterShape: [4, 3, 1, 2], strides: [4, 2], dilations: [2, 2], pad: 3},
  'past the padding': {
    xShape: [1, 6, 7, 2],
    filterShape: [2, 3, 2, 2],
    strides: [3, 4],
    pad: 1,
    dimRoundingMode: 'ceil',
  },
  'windows in padding': {xShape: [1, 2, 2, 2], filterShape: [2, 2, 2, 2], strides: 1, pad: 4},
  'one output, whatever the stride': {
    xShape: [2, 3, 4, 2],
    filterShape: [2, 3, 2, 2],
    strides: [2 ** 31 - 1, 9e9],
    pad: 'same',
  },
  'one tap inside, whatever the dilation': {
    xShape: [1, 4, 5, 2],
    filterShape: [3, 5, 2, 3],
    strides: [1, 2],
    dilations: [9e9, 2 ** 30],
    pad: 'same',
  },
};
