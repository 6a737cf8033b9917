import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pass} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import type {Inputs} from '../reference.js';

/** One axis of a convolution as a kernel may understand or misunderstand it. */
export interface Axis {
  size: number;
  windows: number;
  filter: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
}

/** Tap `tap` of window `window` is multiplied with element `input` of the line. */
export interface Link {
  window: number;
  tap: number;
  input: number;
}

/** All that a pass is made of; a hypothesis changes some of it. */
export interface Model {
  problem: Problem;
  info: Conv2DInfo;
  pass: Pass;
  inputs: Inputs;
  rows: Axis;
  columns: Axis;
}

export function modelOf(problem: Problem, pass: Pass, inputs: Inputs): Model {
  const info = problemInfo(problem);
  return {problem, info, pass, inputs, rows: axisOf(problem, info, 'Height'), columns: axisOf(problem, info, 'Width')};
}

function axisOf({pad}: Problem, info: Conv2DInfo, name: 'Height' | 'Width'): Axis {
  const axis = {
    size: info[`in${name}`],
    windows: info[`out${name}`],
    filter: info[`filter${name}`],
    stride: info[`stride${name}`],
    dilation: info[`dilation${name}`],
    before: name === 'Height' ? info.padTop : info.padLeft,
    after: 0,
  };
  const given =
    typeof pad === 'object' ? pad[name === 'Height' ? 'bottom' : 'right'] : typeof pad === 'number' ? pad : 0;
  return {...axis, after: pad === 'same' ? Math.max(0, overhang(axis)) : given};
}

/** How far the last window reaches beyond the line; negative where it ends inside. */
export function overhang({windows, stride, filter, dilation, size, before}: Axis): number {
  return (windows - 1) * stride + (filter - 1) * dilation + 1 - size - before;
}

/** Where every tap of every window falls, beyond the line as well. */
export function allLinks({windows, filter, stride, dilation, before}: Axis): Link[] {
  return Array.from({length: windows * filter}, (_, i) => {
    const [window, tap] = [Math.floor(i / filter), i % filter];
    return {window, tap, input: window * stride - before + tap * dilation};
  });
}

/** Those that fall on the line. */
export function linksOf(axis: Axis): Link[] {
  return allLinks(axis).filter(({input}) => input >= 0 && input < axis.size);
}

/** The sum over the links: what the pass comes to when it is wired like this. Indices follow the true shapes. */
export function sum(
  {info, pass, inputs: {x, filter, dy}}: Model,
  rows: readonly Link[],
  columns: readonly Link[],
): Float64Array {
  const {inChannels: C, outChannels: F, outHeight, outWidth, inHeight, inWidth, filterWidth} = info;
  const sums = new Float64Array({forward: dy, backpropInput: x, backpropFilter: filter}[pass].length);
  for (let n = 0; n < info.batch; n++) {
    for (const row of rows) {
      for (const column of columns) {
        const pixel = ((n * outHeight + row.window) * outWidth + column.window) * F;
        const source = ((n * inHeight + row.input) * inWidth + column.input) * C;
        const tap = (row.tap * filterWidth + column.tap) * C * F;
        for (let c = 0; c < C; c++) {
          for (let f = 0; f < F; f++) {
            const weight = tap + c * F + f;
            if (pass === 'forward') sums[pixel + f] += x[source + c] * filter[weight];
            else if (pass === 'backpropInput') sums[source + c] += dy[pixel + f] * filter[weight];
            else sums[weight] += x[source + c] * dy[pixel + f];
          }
        }
      }
    }
  }
  return sums;
}

/** The right result. */
export function right(model: Model): Float64Array {
  return sum(model, linksOf(model.rows), linksOf(model.columns));
}
