import * as tf from '@tensorflow/tfjs-core';
import {backendNamed} from '../../backends/index.js';
import {loadEquipment} from '../../backends/loadEquipment.js';
import {ConvgradError} from '../../geometry/error.js';
import {type Pass, passes} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {builtinFault} from '../../plugin/builtinFault.js';
import {withBuiltins} from '../../plugin/builtins.js';
import {currentSession} from '../../plugin/session.js';
import {type Fill, fills} from '../data/fill.js';
import type {TestVector} from '../data/testVector.js';
import {countCalls} from '../proof/proof.js';
import {compare, type Verdict} from '../reference/compare.js';
import {type PassResult, runPass} from '../run/runPass.js';
import type {Target} from '../run/target.js';
import type {Oracle} from './oracle.js';

/**
 * Compares with what tfjs computes without convgrad on the same backend. Both results round, so both bounds add. Where they disagree, the
 * reference tells which is wrong. A built-in that is wrong on this device says nothing of the implementation, so its answer is set aside
 * with that reason.
 */
export const builtinOracle: Oracle = {
  name: 'builtin',
  passes,
  fills,
  // The built-in compiles its shaders anew for every shape.
  oneInOnGpu: 4,
  judges,
  async judge(implementation, pass) {
    const {testVector} = implementation;
    const {got} = await implementation.result(pass);
    const builtin = await answer(testVector, pass);
    const expected = implementation.expected(pass);
    const own = () => compare(got, expected, implementation.comparison);
    if (builtin instanceof Error) return setAside(own(), `it throws: ${builtin.message}`);
    const {milliseconds} = builtin;
    const verdict = compare(got, expected, {...implementation.comparison, other: builtin.got});
    if (verdict.status !== 'failed') return {...verdict, milliseconds};
    const theirs = compare(builtin.got, expected, implementation.comparison);
    return {
      ...(theirs.status === 'failed' ? setAside(own(), 'the reference rejects its result') : verdict),
      milliseconds,
    };
  },
};

/** The verdict where the built-in is wrong: skipped, unless the reference rejects the implementation too. */
function setAside(own: Verdict, why: string): Verdict {
  const reason = `the built-in was tried and is wrong here: ${why}`;
  if (own.status !== 'failed') return {status: 'skipped', reason};
  return {...own, reason: `${own.reason}; ${reason}`};
}

/** The answers of the built-in. It runs once for a test vector and a pass, however many algorithms are compared with it. */
const answers = new WeakMap<TestVector, Map<Pass, Promise<PassResult | Error>>>();

function answer(testVector: TestVector, pass: Pass): Promise<PassResult | Error> {
  const known = answers.get(testVector) ?? new Map<Pass, Promise<PassResult | Error>>();
  answers.set(testVector, known);
  const found = known.get(pass) ?? askBuiltin(testVector, pass);
  known.set(pass, found);
  return found;
}

/** Runs the built-in, and makes sure that nothing of convgrad takes part in it. */
export async function askBuiltin(
  {problem, inputs, provenance}: Pick<TestVector, 'problem' | 'inputs' | 'provenance'>,
  pass: Pass,
): Promise<PassResult | Error> {
  try {
    const around = <T>(compute: () => T): T => {
      const {value, calls} = countCalls(() => (currentSession(tf) ? withBuiltins(tf, compute) : compute()));
      if (calls.size > 0)
        throw new ConvgradError(
          'verify',
          `the built-in is convgrad's own kernel (${[...calls.keys()]}), which cannot be compared with itself.`,
        );
      return value;
    };
    const run = () => runPass(problem, inputs, pass, around, {provenance});
    const {captureErrors} = await loadEquipment(tf.getBackend());
    return await (captureErrors ? captureErrors(tf.backend(), run) : run());
  } catch (error) {
    // A ConvgradError is no fault of the built-in.
    if (error instanceof ConvgradError) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** True, or the reason for a skip: tfjs throws, is known to be wrong, or adds more than rounding. */
function judges(problem: Problem, pass: Pass, fill: Fill, {backend}: Target): true | string {
  const fault = builtinFault(backend, problem, pass);
  if (fault !== undefined) return fault;
  return (fill === 'integers' && backendNamed(backend)?.faults.onIntegers?.(problem, pass)) || true;
}
