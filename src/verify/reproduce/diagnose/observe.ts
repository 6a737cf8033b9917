import type {Arithmetic} from '../../../backends/arithmetic.js';
import type {Pass} from '../../../geometry/pass.js';
import type {Problem} from '../../../geometry/problem.js';
import type {Fill} from '../../data/fill.js';
import type {TestVector} from '../../data/testVector.js';
import {type AllInputs, type Expected, type Inputs, reference} from '../../reference/reference.js';
import {ImplementationUnderTest} from '../../run/implementationUnderTest.js';
import type {Target} from '../../run/target.js';

/** The object of a diagnosis: one pass of a target. The target must be the selected one. */
export interface FailedPass {
  target: Target;
  pass: Pass;
  fill: Fill;
  /** The data for a problem, the same each time. */
  testVector(problem: Problem): TestVector;
}

/** What the pass computed from some data. */
export interface Observation {
  problem: Problem;
  fill: Fill;
  arithmetic: Arithmetic;
  inputs: Inputs;
  expected: Expected;
  got: ArrayLike<number>;
}

/** Runs the pass on the data of the test vector, or on other data of the same shapes. */
export async function observe(
  {target, pass, fill}: FailedPass,
  testVector: TestVector,
  inputs: AllInputs = testVector.inputs,
): Promise<Observation> {
  const implementation = new ImplementationUnderTest(testVector, target);
  const {got} = await implementation.run(pass, copyOf(inputs));
  const expected =
    inputs === testVector.inputs ? testVector.expected[pass] : reference(testVector.problem, inputs)[pass];
  return {
    problem: testVector.problem,
    fill,
    arithmetic: implementation.comparison.arithmetic,
    inputs,
    expected: implementation.withOwnBounds(expected, pass, inputs),
    got: got.values,
  };
}

/** Copies the inputs. tfjs's cpu backend works on the very memory that it is given, and a broken kernel may write there. */
export function copyOf({x, filter, dy, bias, slopes}: AllInputs): AllInputs {
  const beside = {...(bias ? {bias: bias.slice()} : {}), ...(slopes ? {slopes: slopes.slice()} : {})};
  return {x: x.slice(), filter: filter.slice(), dy: dy.slice(), ...beside};
}
