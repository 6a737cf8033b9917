import * as tf from '@tensorflow/tfjs';
import type {Algorithm} from '../../../src/algorithms/algorithm.js';
import {direct} from '../../../src/algorithms/direct.js';
import {defineAlgorithm} from '../../../src/algorithms/index.js';
import {arithmeticOf} from '../../../src/backends/index.js';
import type {Pass} from '../../../src/geometry/pass.js';
import {parseProblem} from '../../../src/geometry/problem.js';
import {install, uninstall} from '../../../src/plugin/install.js';
import type {Fill} from '../../../src/verify/data/fill.js';
import {makeTestVector} from '../../../src/verify/data/testVector.js';
import type {Oracle} from '../../../src/verify/oracles/index.js';
import type {Verdict} from '../../../src/verify/reference/compare.js';
import {ImplementationUnderTest} from '../../../src/verify/run/implementationUnderTest.js';
import type {Target} from '../../../src/verify/run/target.js';
import {targetsOf} from '../../../src/verify/run/targets.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(uninstall);

/** A problem in which mistakes show: nothing in it is square or symmetric. */
export const typical = 'mb2ih6iw7ic3oc4kh3kw2sh1sw2-same';

/** The verdict of an oracle on an algorithm on cpu; skipped if it cannot judge, as in a run. */
export async function ask(
  oracle: Oracle,
  algorithm: string,
  pass: Pass,
  {problem = typical, fill = oracle.fills[0]!, f16 = false, more = {}}: Options = {},
): Promise<Verdict> {
  install({tf, algorithm});
  const [found] = targetsOf('cpu', {registrations: {kernels: [], gradients: []}, calls: new Map()}, [algorithm]);
  const target: Target = {...found!, ...more};
  const parsed = parseProblem(problem);
  const judges = oracle.judges(parsed, pass, fill, target);
  if (judges !== true) return {status: 'skipped', reason: judges};
  const arithmetic = arithmeticOf(f16 ? 'webgl' : 'cpu', f16);
  return oracle.judge(
    new ImplementationUnderTest(makeTestVector(parsed, fill, 1, target.headroom, arithmetic), target),
    pass,
  );
}

interface Options {
  problem?: string;
  fill?: Fill;
  f16?: boolean;
  /** Changes to the target. */
  more?: Partial<Target>;
}

type PassFunction = NonNullable<Algorithm['forward']>;

/** Defines `broken`: the definition with a mistake in one pass. `right` is the definition's function. */
export function breakPass(
  pass: Pass,
  mistake: (right: PassFunction, ...args: Parameters<PassFunction>) => void,
  more: Partial<Algorithm> = {},
): void {
  const right = direct[pass]! as PassFunction;
  undo = defineAlgorithm({
    ...direct,
    ...more,
    name: 'broken',
    [pass]: (...args: never) => mistake(right, ...(args as Parameters<PassFunction>)),
  });
}

let undo: (() => void) | undefined;
afterEach(() => {
  undo?.();
  undo = undefined;
});
