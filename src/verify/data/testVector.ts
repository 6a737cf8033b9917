import type {Pass} from '../../geometry/pass.js';
import {passes} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {fitValues} from '../provenance/fitValues.js';
import {type Provenance, uniformProvenance} from '../provenance/provenance.js';
import {type Arithmetic, arithmeticOf} from '../reference/bound.js';
import {isVacuous} from '../reference/compare.js';
import {awayFromKinks, isFused} from '../reference/fusedReference.js';
import {type AllInputs, type Expected, reference} from '../reference/reference.js';
import {drawInputs, type Fill} from './fill.js';

/** One problem with data in it, and what must come out of each pass. */
export interface TestVector {
  problem: Problem;
  fill: Fill;
  /** The arithmetic that the data were drawn for. */
  arithmetic: Arithmetic;
  inputs: AllInputs;
  /** Where the tensors of the inputs come from. */
  provenance: Provenance;
  expected: Record<Pass, Expected>;
}

/** A handful of draws decides: one output element sums to zero by chance about once in fifteen. */
const attempts = 5;
/** Half of what relu leaves is zero. */
const attemptsOfFused = 20;

/** The headroom that data are drawn with: whole numbers stay exact, real ones and what is never exact need none. */
export function headroomFor(fill: Fill, headroom: number): number {
  return fill === 'integers' && headroom > 0 ? headroom : 1;
}

/** Draws the data of a test vector; again with the next sub-seed while a pass would come out vacuous by chance. */
export function makeTestVector(
  problem: Problem,
  fill: Fill,
  seed: number,
  headroom: number,
  arithmetic: Arithmetic = arithmeticOf('cpu'),
  provenance: Provenance = uniformProvenance('uploaded'),
): TestVector {
  const most = problem.epilogue ? attemptsOfFused : attempts;
  for (let attempt = 0; ; attempt++) {
    const drawn = drawInputs(problem, fill, seed, headroomFor(fill, headroom), attempt, arithmetic);
    const inputs = {...drawn, ...fitValues(problem, drawn, fill, provenance)};
    if (isFused(problem)) inputs.dy = awayFromKinks(problem, inputs);
    const expected = reference(problem, inputs);
    if (attempt + 1 === most || !passes.some((pass) => isVacuous(expected[pass])))
      return {problem, fill, arithmetic, inputs, provenance, expected};
  }
}
