import {type Arithmetic, ieee} from '../../backends/arithmetic.js';
import type {Pass} from '../../geometry/pass.js';
import {passes} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {fitValues} from '../provenance/fitValues.js';
import {type Provenance, uniformProvenance} from '../provenance/provenance.js';
import {isVacuous} from '../reference/compare.js';
import {awayFromKinks, isFused} from '../reference/fusedReference.js';
import {type AllInputs, type Expected, reference} from '../reference/reference.js';
import {drawInputs, type Fill} from './fill.js';

/** A problem with its data, and the expected result of each pass. */
export interface TestVector {
  problem: Problem;
  fill: Fill;
  /** The arithmetic that the data were drawn for. */
  arithmetic: Arithmetic;
  inputs: AllInputs;
  /** Where the input tensors come from. */
  provenance: Provenance;
  expected: Record<Pass, Expected>;
}

/** The most draws for a problem. A single output element sums to zero by chance about once in fifteen draws. */
const attempts = 5;
/** The same for fused convolutions, which need more draws: half of relu's results are zero. */
const attemptsOfFused = 20;

/**
 * The headroom that data are drawn with. Only integers for an algorithm that is exact on them need the algorithm's own; otherwise it is 1.
 */
export function headroomFor(fill: Fill, headroom: number): number {
  return fill === 'integers' && headroom > 0 ? headroom : 1;
}

/**
 * Draws the data of a test vector. While a pass would be vacuous by chance, it draws again with the next sub-seed, up to a limit. In the
 * second half of the draws, only x has values that its provenance can have; filter and dy are uploaded. If x and filter are both positive,
 * long sums are all above 6, where relu6 has no gradient.
 */
export function makeTestVector(
  problem: Problem,
  fill: Fill,
  seed: number,
  headroom: number,
  arithmetic: Arithmetic = ieee,
  provenance: Provenance = uniformProvenance('uploaded'),
): TestVector {
  const most = problem.epilogue ? attemptsOfFused : attempts;
  for (let attempt = 0; ; attempt++) {
    const drawn = drawInputs(problem, fill, seed, headroomFor(fill, headroom), attempt, arithmetic);
    const fitted = attempt < most / 2 ? provenance : {...uniformProvenance('uploaded'), x: provenance.x};
    const inputs = {...drawn, ...fitValues(problem, drawn, fill, fitted)};
    if (isFused(problem)) inputs.dy = awayFromKinks(problem, inputs);
    const expected = reference(problem, inputs);
    if (attempt + 1 === most || !passes.some((pass) => isVacuous(expected[pass])))
      return {problem, fill, arithmetic, inputs, provenance, expected};
  }
}
