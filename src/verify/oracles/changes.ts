import type {Pass} from '../../geometry/pass.js';
import {formatProblem} from '../../geometry/problem.js';
import {whyInexact} from '../compare.js';
import {integer, integerMost} from '../fill.js';
import {randomFrom} from '../random.js';
import {type Inputs, reference} from '../reference.js';
import type {Subject} from '../subject.js';
import {largest} from './numbers.js';

/** Why there is no judgement where `changeRange` is 0. */
export const noRoom = 'no change of the integers keeps every sum exact';

/**
 * The largest range of integers that may be added to one input of a pass, while `other` stays as it is: |Σ (a + d)·b| ≤ S + K·|d|·|b| must
 * stay exact. 0 when there is none.
 *
 * @param from how much of S there is already; 0 where the integers replace the input
 */
export function changeRange({trial, comparison}: Subject, pass: Pass, other: ArrayLike<number>, from?: 0): number {
  const {terms, magnitudes} = trial.wanted[pass];
  const {headroom, arithmetic} = comparison;
  const room = arithmetic.exactLimit / headroom - (from ?? largest(magnitudes));
  return Math.max(0, Math.min(integerMost, Math.floor(room / Math.max(1, largest(terms) * largest(other)))));
}

/** Integers ±1 … ±range that depend on the problem and the name alone. */
export function drawIntegers({trial}: Subject, name: string, length: number, range: number): Float32Array {
  const next = randomFrom(`${formatProblem(trial.problem)}/${name}`);
  return Float32Array.from({length}, integer(next, range));
}

/** The forward pass with some inputs changed: the target's own, or the definition's where it has none. */
export async function forwardOf(subject: Subject, changed?: Partial<Inputs>): Promise<ArrayLike<number>> {
  const {target, trial} = subject;
  if (target.supports(trial.problem, 'forward') === true)
    return (await (changed ? subject.run('forward', changed) : subject.result('forward'))).got.values;
  const wanted = changed ? reference(trial.problem, {...trial.inputs, ...changed}) : trial.wanted;
  return wanted.forward.values;
}

/** Why integers prove nothing about these passes, if so. */
export function inexact({trial, comparison}: Subject, passes: readonly Pass[]): string | undefined {
  return passes.map((pass) => whyInexact(trial.wanted[pass], comparison)).find((reason) => reason !== undefined);
}
