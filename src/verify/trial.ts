import type {Pass} from '../geometry/pass.js';
import {passes} from '../geometry/pass.js';
import type {Problem} from '../geometry/problem.js';
import {type Arithmetic, arithmeticOf} from './bound.js';
import {isVacuous} from './compare.js';
import {drawInputs, type Fill} from './fill.js';
import {awayFromKinks, isFused} from './fusedReference.js';
import {fitted} from './provenance/fitted.js';
import {everywhere, type Provenance} from './provenance/provenance.js';
import {type AllInputs, reference, type Wanted} from './reference.js';

/** One problem with data in it, and what must come out of each pass. */
export interface Trial {
  problem: Problem;
  fill: Fill;
  /** The arithmetic that the data were drawn for. */
  arithmetic: Arithmetic;
  inputs: AllInputs;
  /** Where the tensors of the inputs come from. */
  provenance: Provenance;
  wanted: Record<Pass, Wanted>;
}

/** A handful of draws decides: one output element sums to zero by chance about once in fifteen. */
const attempts = 5;
/** Half of what relu leaves is zero. */
const attemptsOfFused = 20;

/** The headroom that data are drawn with: whole numbers stay exact, real ones and what is never exact need none. */
export function roomFor(fill: Fill, headroom: number): number {
  return fill === 'integers' && headroom > 0 ? headroom : 1;
}

/** Draws the data of a trial; again with the next sub-seed while a pass would come out vacuous by chance. */
export function trial(
  problem: Problem,
  fill: Fill,
  seed: number,
  headroom: number,
  arithmetic: Arithmetic = arithmeticOf('cpu'),
  provenance: Provenance = everywhere('uploaded'),
): Trial {
  const most = problem.epilogue ? attemptsOfFused : attempts;
  for (let attempt = 0; ; attempt++) {
    const drawn = drawInputs(problem, fill, seed, roomFor(fill, headroom), attempt, arithmetic);
    const inputs = {...drawn, ...fitted(problem, drawn, fill, provenance)};
    if (isFused(problem)) inputs.dy = awayFromKinks(problem, inputs);
    const wanted = reference(problem, inputs);
    if (attempt + 1 === most || !passes.some((pass) => isVacuous(wanted[pass])))
      return {problem, fill, arithmetic, inputs, provenance, wanted};
  }
}
