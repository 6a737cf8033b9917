import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import {type Problem, problemInfo} from '../../../geometry/problem.js';
import type {Inputs} from '../../reference/reference.js';
import {type AxisModel, correctAxisModel, linksOf, overhang} from './axisModel.js';

/** Everything that makes up a pass. A hypothesis changes some of it. */
export interface Model {
  problem: Problem;
  info: Conv2DInfo;
  pass: Pass;
  inputs: Inputs;
  rows: AxisModel;
  columns: AxisModel;
  /** How far apart neighbours are in memory. */
  pitches: Pitches;
  /** Changes each product before it is added. */
  product?: (value: number) => number;
  /** Changes the sums before they are the result, in this order. */
  written: readonly ((values: Float64Array) => Float64Array)[];
  /** The value of an element that was read outside a tensor or never written: 0 or NaN. */
  blank: number;
}

export function modelOf(problem: Problem, pass: Pass, inputs: Inputs, blank = 0): Model {
  const info = problemInfo(problem);
  const [rows, columns] = [axisModelOf(problem, info, 'Height'), axisModelOf(problem, info, 'Width')];
  return {problem, info, pass, inputs, rows, columns, pitches: pitchesOf(info), written: [], blank};
}

function axisModelOf({pad}: Problem, info: Conv2DInfo, name: 'Height' | 'Width'): AxisModel {
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
  return correctAxisModel({...axis, after: pad === 'same' ? Math.max(0, overhang(axis)) : given});
}

/** The result of the pass. */
export function outcome(model: Model): Float64Array {
  return model.written.reduce((values, change) => change(values), sum(model));
}

/** The sum over the links. An index outside an input counts as `blank`; one outside the result is dropped. */
function sum(model: Model): Float64Array {
  const {info, pass, pitches, blank, product} = model;
  const {x, filter, dy} = model.inputs;
  const [rows, columns] = [linksOf(model.rows, model.columns.axis), linksOf(model.columns, model.rows.axis)];
  const {inChannels: C, outChannels: F} = info;
  const result = {forward: dy, backpropInput: x, backpropFilter: filter}[pass];
  const [a, b] = pass === 'forward' ? [x, filter] : pass === 'backpropInput' ? [dy, filter] : [x, dy];
  const sums = new Float64Array(result.length);
  for (let n = 0; n < info.batch; n++) {
    for (const row of rows) {
      for (const column of columns) {
        const source = n * pitches.x.image + row.input * pitches.x.row + column.input * pitches.x.column;
        const pixel = n * pitches.y.image + row.window * pitches.y.row + column.window * pitches.y.column;
        const tap = row.tap * pitches.filter.row + column.tap * pitches.filter.column;
        for (let c = 0; c < C; c++) {
          for (let f = 0; f < F; f++) {
            const weight = tap + c * pitches.filter.input + f * pitches.filter.output;
            const out = pass === 'forward' ? pixel + f : pass === 'backpropInput' ? source + c : weight;
            if (out < 0 || out >= sums.length) continue;
            const one = pass === 'backpropInput' ? pixel + f : source + c;
            const other = pass === 'backpropFilter' ? pixel + f : weight;
            const isInside = one >= 0 && one < a.length && other >= 0 && other < b.length;
            const term = isInside ? a[one] * b[other] : blank;
            sums[out] += product ? product(term) : term;
          }
        }
      }
    }
  }
  return sums;
}

/** How far apart neighbours are in memory. The channels of an image are adjacent. */
export interface Pitches {
  x: {image: number; row: number; column: number};
  filter: {row: number; column: number; input: number; output: number};
  y: {image: number; row: number; column: number};
}

/** The pitches of NHWC and HWIO. */
export function pitchesOf(info: Conv2DInfo): Pitches {
  const {inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F, filterWidth} = info;
  return {
    x: {image: inHeight * inWidth * C, row: inWidth * C, column: C},
    filter: {row: filterWidth * C * F, column: C * F, input: F, output: 1},
    y: {image: outHeight * outWidth * F, row: outWidth * F, column: F},
  };
}
