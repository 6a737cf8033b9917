import {passes as allPasses, type Pass, type TensorName} from '../../../geometry/pass.js';
import type {Inputs} from '../../reference/reference.js';
import type {AxisModel, AxisParameters, Link} from './axisModel.js';
import type {Model} from './model.js';
import type {Pitches} from './pitches.js';

/** A mistake that a kernel may have made. */
export interface Hypothesis {
  /** Completes "it equals the right result with …"; a mistake about axes has one for each of those it is made on. */
  causes: readonly [string] | AxisCauses;
  /** All unless given. */
  passes?: readonly Pass[];
  /** Too unlikely to be looked for in company. */
  isRare?: boolean;
  /** Makes the mistake; what knows no axes ignores `on`. */
  change(model: Model, on: Scope): Model;
}

export function rare(hypotheses: readonly Hypothesis[]): Hypothesis[] {
  return hypotheses.map((hypothesis) => ({...hypothesis, isRare: true}));
}

/** A cause in words, when it is made along both axes, the height, the width. */
export type AxisCauses = readonly [both: string, height: string, width: string];

/** The axes on which a mistake is made. */
export interface Scope {
  rows: boolean;
  columns: boolean;
}

/** A change of one line, made on the rows, on the columns or on both. */
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

/** Another understanding of the axis. */
export function axisChange(
  causes: AxisCauses,
  change: (axis: AxisParameters, other: AxisParameters, model: Model) => Partial<AxisParameters>,
): Hypothesis {
  return lineChange(causes, ({axis}, other, model) => ({axis: {...axis, ...change(axis, other.axis, model)}}));
}

/** Other links than those of every tap of every window. */
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

/** Another test of which links there are. */
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

/** Other steps in memory. */
export function pitchChange(cause: string, change: (model: Model) => Partial<Pitches>): Hypothesis {
  return {causes: [cause], change: (model) => ({...model, pitches: {...model.pitches, ...change(model)}})};
}

/** The tensors by the shape they have: dx is one like x. */
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

/** The pass that writes a tensor of this kind; the others read one. */
export function writerOf(kind: TensorKind): Pass {
  return outputs[kind].pass;
}

/** A change of what is read from the tensor, where it is an input. */
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

/** The same change of a tensor, be it read or written. @param causeOf gets its name */
export function tensorChange(
  causeOf: (name: TensorName) => string,
  kind: TensorKind,
  change: <T extends FloatArray>(values: T, model: Model) => T,
): Hypothesis[] {
  const {name, pass} = outputs[kind];
  return [inputChange(causeOf(inputs[kind].name), kind, change), resultChange(causeOf(name), change, [pass])];
}
