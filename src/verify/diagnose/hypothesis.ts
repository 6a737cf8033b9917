import type {Pass} from '../../geometry/pass.js';
import type {Inputs} from '../reference.js';
import {type Axis, type Link, linksOf, type Model, right, sum} from './model.js';

/** A mistake that a kernel may have made: what comes out if it did. */
export interface Hypothesis {
  /** Completes "it equals the right result with …". Variants of one mistake share it. */
  cause: string;
  /** All unless given. */
  passes?: readonly Pass[];
  predict(model: Model): Float64Array;
}

/** A cause in words, when it is made along both axes, the height, the width. */
export type AxisCauses = readonly [both: string, height: string, width: string];

/** The same wrong wiring of both axes, of the rows and of the columns. @param wiring gets the other axis too, to mistake it for its own */
export function wired(
  [both, height, width]: AxisCauses,
  wiring: (axis: Axis, other: Axis, model: Model) => Link[],
  passes?: readonly Pass[],
): Hypothesis[] {
  const rows = (model: Model) => wiring(model.rows, model.columns, model);
  const columns = (model: Model) => wiring(model.columns, model.rows, model);
  return [
    {cause: both, predict: (model: Model) => sum(model, rows(model), columns(model))},
    {cause: height, predict: (model: Model) => sum(model, rows(model), linksOf(model.columns))},
    {cause: width, predict: (model: Model) => sum(model, linksOf(model.rows), columns(model))},
  ].map((hypothesis) => (passes ? {...hypothesis, passes} : hypothesis));
}

/** Wired by another understanding of the axis. */
export function misread(
  causes: AxisCauses,
  change: (axis: Axis, other: Axis, model: Model) => Partial<Axis>,
): Hypothesis[] {
  return wired(causes, (axis, other, model) => linksOf({...axis, ...change(axis, other, model)}));
}

export function onAxes(what: string): AxisCauses {
  return [`${what} on both axes`, `${what} along the height`, `${what} along the width`];
}

/** The passes that read a tensor. */
const readers: Readonly<Record<keyof Inputs, readonly Pass[]>> = {
  x: ['forward', 'backpropFilter'],
  filter: ['forward', 'backpropInput'],
  dy: ['backpropInput', 'backpropFilter'],
};

/** The right sum of wrong data. */
export function fed(
  cause: string,
  name: keyof Inputs,
  change: (values: Float32Array, model: Model) => Float32Array,
): Hypothesis {
  return {
    cause,
    passes: readers[name],
    predict: (model) => right({...model, inputs: {...model.inputs, [name]: change(model.inputs[name], model)}}),
  };
}

/** The right sum, written wrongly. */
export function written(
  cause: string,
  change: (values: Float64Array, model: Model) => Float64Array,
  passes?: readonly Pass[],
): Hypothesis {
  return {cause, ...(passes ? {passes} : {}), predict: (model) => change(right(model), model)};
}
