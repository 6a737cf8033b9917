import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import type {Arithmetic} from '../bound.js';
import type {Fill} from '../fill.js';
import {type AllInputs, type Inputs, reference, type Wanted} from '../reference.js';
import {Subject} from '../subject.js';
import type {Target} from '../target.js';
import type {Trial} from '../trial.js';

/** What is to be diagnosed: one pass of a target, which must be the selected one. */
export interface Patient {
  target: Target;
  pass: Pass;
  fill: Fill;
  /** Data for a problem, the same each time. */
  trial(problem: Problem): Trial;
}

/** What the pass made of some data. */
export interface Observation {
  problem: Problem;
  fill: Fill;
  arithmetic: Arithmetic;
  inputs: Inputs;
  wanted: Wanted;
  got: ArrayLike<number>;
}

/** Runs the pass on the data of the trial, or on others of the same shapes. */
export async function observe(
  {target, pass, fill}: Patient,
  trial: Trial,
  inputs: AllInputs = trial.inputs,
): Promise<Observation> {
  const subject = new Subject(trial, target);
  const {got} = await subject.run(pass, copyOf(inputs));
  const wanted = inputs === trial.inputs ? trial.wanted[pass] : reference(trial.problem, inputs)[pass];
  return {
    problem: trial.problem,
    fill,
    arithmetic: subject.comparison.arithmetic,
    inputs,
    wanted: subject.withOwnBounds(wanted, pass, inputs),
    got: got.values,
  };
}

/** tfjs's cpu backend works on the very memory that it is given, and a broken kernel may write there. */
export function copyOf({x, filter, dy, bias, slopes}: AllInputs): AllInputs {
  const beside = {...(bias ? {bias: bias.slice()} : {}), ...(slopes ? {slopes: slopes.slice()} : {})};
  return {x: x.slice(), filter: filter.slice(), dy: dy.slice(), ...beside};
}
