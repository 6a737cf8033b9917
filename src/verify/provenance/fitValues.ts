import type {Problem} from '../../geometry/problem.js';
import {toNCHW, toNHWC} from '../data/dataFormat.js';
import type {Fill} from '../data/fill.js';
import {type Inputs, tensorShapes} from '../reference/reference.js';
import type {ProvenanceName} from './names.js';
import type {Provenance} from './provenance.js';

/** The scale of pixels that are not integers. It is a power of two, so that each value is exact. */
const pixelScale = 1 / 256;

/** Changes the inputs to values that tensors of that provenance can have. */
export function fitValues(problem: Problem, inputs: Inputs, fill: Fill, provenance: Provenance): Inputs {
  const fitOne = (tensor: keyof Inputs) => inputs[tensor].map(values[provenance[tensor]]?.[fill] ?? ((value) => value));
  const {x, filter, dy} = {x: fitOne('x'), filter: fitOne('filter'), dy: fitOne('dy')};
  if (provenance.filter !== 'shared' && provenance.dy !== 'shared') return {x, filter, dy};
  const shapes = tensorShapes(problem);
  const isNCHW = problem.dataFormat === 'NCHW';
  const memory = isNCHW ? toNCHW(x, shapes.x) : x;
  return {
    x,
    filter: provenance.filter === 'shared' ? memory.slice() : filter,
    dy: provenance.dy !== 'shared' ? dy : isNCHW ? toNHWC(memory, shapes.dy) : memory.slice(),
  };
}

type ValueFit = (value: number, index: number) => number;

/** About one value in four becomes zero, and never the first, so that no tensor is all zero. */
const asBool: ValueFit = (value, index) => (index % 2 === 1 && value < 0 ? 0 : 1);

const values: Partial<Record<ProvenanceName, Record<Fill, ValueFit>>> = {
  int32: {integers: (value) => value, reals: (value) => Math.sign(value) || 1},
  bool: {integers: asBool, reals: asBool},
  pixels: {
    integers: (value) => Math.abs(value),
    reals: (value) => Math.max(1, Math.floor(Math.abs(value) * 255)) * pixelScale,
  },
};

/** Whether a tensor of that provenance can have these values. Oracles also try values that were not fitted. */
export function canHave(name: ProvenanceName, values: Float32Array): boolean {
  if (name === 'int32') return values.every((value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 24);
  if (name === 'bool') return values.every((value) => value === 0 || value === 1);
  if (name === 'pixels') return scaleOf(values) !== undefined;
  return true;
}

/** The factor by which bytes were multiplied to give these values; undefined where the values do not come from bytes. */
export function scaleOf(values: Float32Array): number | undefined {
  return [1, pixelScale].find((scale) =>
    values.every((value) => Number.isInteger(value / scale) && value >= 0 && value / scale <= 255),
  );
}
