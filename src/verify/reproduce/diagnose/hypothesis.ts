import {passes as allPasses, type Pass, type TensorName} from '../../../geometry/pass.js';
import type {Inputs} from '../../reference/reference.js';
import type {AxisModel, AxisParameters, Link} from './axisModel.js';
import type {Model, Pitches} from './model.js';

/** A mistake that a kernel may have made. */
export interface Hypothesis {
  /** Completes "it equals the right result with …". A mistake about axes has one cause for each choice of axes. */
  causes: readonly [string] | AxisCauses;
  /** The passes that can have the mistake; all if absent. */
  passes?: readonly Pass[];
  /** The mistake is too unlikely to be tried in pairs. */
  isRare?: boolean;
  /** Makes the mistake. A mistake that does not depend on axes ignores `on`. */
  change(model: Model, on: Scope): Model;
}

export function rare(hypotheses: readonly Hypothesis[]): Hypothesis[] {
  return hypotheses.map((hypothesis) => ({...hypothesis, isRare: true}));
}

/** A cause in words, for a mistake along both axes, along the height, and along the width. */
export type AxisCauses = readonly [both: string, height: string, width: string];

/** The axes on which a mistake is made. */
export interface Scope {
  rows: boolean;
  columns: boolean;
}

/** A change of one axis model, made on the rows, on the columns or on both. */
function lineChange(
  causes: AxisCauses,
  change: (line: AxisModel, other: AxisModel, model: Model) => Partial<AxisModel>,
): Hypothesis {
  return {
    causes,
    change: (model, on) => ({
      ...model,
      rows: on.rows ? {...model.rows, ...change(model.rows, model.columns, model)} : model.rows,
      columns: on.columns ? {...model.columns, ...change(model.columns, model.rows, model)} : model.columns,
    }),
  };
}

/** A mistake about the parameters of an axis. */
export function axisChange(
  causes: AxisCauses,
  change: (axis: AxisParameters, other: AxisParameters, model: Model) => Partial<AxisParameters>,
): Hypothesis {
  return lineChange(causes, ({axis}, other, model) => ({axis: {...axis, ...change(axis, other.axis, model)}}));
}

/** A mistake about which tap of which window meets which element. */
export function linkChange(
  causes: AxisCauses,
  wire: (links: readonly Link[], axis: AxisParameters, other: AxisParameters) => readonly Link[],
  passes: readonly Pass[] = allPasses,
): Hypothesis {
  const hypothesis = lineChange(causes, (line) => ({
    relink: (links, axis, other) => wire(line.relink(links, axis, other), axis, other),
  }));
  return {...hypothesis, passes};
}

/** A mistake in the test that decides which links count. */
export function testChange(
  causes: AxisCauses,
  holds: (link: Link, axis: AxisParameters, other: AxisParameters) => boolean,
  passes: readonly Pass[] = allPasses,
): Hypothesis {
  return {...lineChange(causes, () => ({holds})), passes};
}

export function onAxes(what: string): AxisCauses {
  return [`${what} on both axes`, `${what} along the height`, `${what} along the width`];
}

/** A mistake about the distances in memory. */
export function pitchChange(cause: string, change: (model: Model) => Partial<Pitches>): Hypothesis {
  return {causes: [cause], change: (model) => ({...model, pitches: {...model.pitches, ...change(model)}})};
}

/** Tensors by their shape. dx is one like x. */
export type TensorKind = 'x' | 'filter' | 'y';
type FloatArray = Float32Array | Float64Array;

const inputs: Readonly<Record<TensorKind, {name: keyof Inputs; readers: readonly Pass[]}>> = {
  x: {name: 'x', readers: ['forward', 'backpropFilter']},
  filter: {name: 'filter', readers: ['forward', 'backpropInput']},
  y: {name: 'dy', readers: ['backpropInput', 'backpropFilter']},
};
const outputs: Readonly<Record<TensorKind, {name: TensorName; pass: Pass}>> = {
  x: {name: 'dx', pass: 'backpropInput'},
  filter: {name: 'dFilter', pass: 'backpropFilter'},
  y: {name: 'y', pass: 'forward'},
};

/** The pass that writes a tensor of this kind. The other passes read one. */
export function writerOf(kind: TensorKind): Pass {
  return outputs[kind].pass;
}

/** A change of the values that are read from an input. */
export function inputChange(
  cause: string,
  kind: TensorKind,
  change: (values: Float32Array, model: Model) => Float32Array,
): Hypothesis {
  const {name, readers} = inputs[kind];
  return {
    causes: [cause],
    passes: readers,
    change: (model) => ({...model, inputs: {...model.inputs, [name]: change(model.inputs[name], model)}}),
  };
}

/** A change of the result. */
export function resultChange(
  cause: string,
  change: (values: Float64Array, model: Model) => Float64Array,
  passes: readonly Pass[] = allPasses,
): Hypothesis {
  return {
    causes: [cause],
    passes,
    change: (model) => ({...model, written: [...model.written, (values) => change(values, model)]}),
  };
}

/** The same change of a tensor, whether it is read or written. @param causeOf gets its name */
export function tensorChange(
  causeOf: (name: TensorName) => string,
  kind: TensorKind,
  change: <T extends FloatArray>(values: T, model: Model) => T,
): Hypothesis[] {
  const {name, pass} = outputs[kind];
  return [inputChange(causeOf(inputs[kind].name), kind, change), resultChange(causeOf(name), change, [pass])];
}

/** Makes "images of the batch" of "image of the batch". */
export function plural(one: string): string {
  return one.replace(/( of |$)/, 's$1');
}
