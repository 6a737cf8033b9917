import * as tf from '@tensorflow/tfjs-core';
import {passes, passTensors} from '../../geometry/pass.js';
import {boundAt} from '../reference/bound.js';
import type {Overflow} from '../reference/compare.js';
import type {Expected, Inputs} from '../reference/reference.js';
import type {Oracle} from './oracle.js';

/** Drawn values are at most 1; times 2 to this power they are still a float16. */
const mostExponent = 15;

/**
 * Judges results around the end of float16. The inputs are so large that the largest result is beyond 65504 at least twice over. Results in
 * range must stay right. A result out of range may become infinite of the right sign or stay at the largest number, since devices differ.
 * It may be NaN where tfjs's own product of two numbers gives NaN too. The verdict tells what it became and how far it went. An
 * implementation that keeps an intermediate in float16 loses results that are in range themselves.
 */
export const rangeOracle: Oracle = {
  name: 'range',
  passes,
  fills: ['reals'],
  float16: true,
  judges: () => true,
  async judge(implementation, pass) {
    const {testVector} = implementation;
    const {storage} = testVector.arithmetic;
    if (!storage) return {status: 'skipped', reason: 'results are stored in the format in which they are computed'};
    const {values, magnitudes, terms} = testVector.expected[pass];
    const exponent = Math.ceil(Math.log2((2 * storage.most) / largest(values)));
    if (!(exponent <= 2 * mostExponent)) {
      return {status: 'skipped', reason: 'no inputs within range drive its results out of range'};
    }
    const [a, b] = passTensors[pass].inputs as readonly (keyof Inputs)[];
    const times = (name: keyof Inputs, power: number) => testVector.inputs[name].map((value) => value * 2 ** power);
    const changed = {[a]: times(a, Math.floor(exponent / 2)), [b]: times(b, Math.ceil(exponent / 2))};
    const {got} = await implementation.run(pass, changed);
    // A power of two changes only the bits of the exponent.
    const scaled = {
      values: values.map((value) => value * 2 ** exponent),
      magnitudes: magnitudes.map((value) => value * 2 ** exponent),
      terms,
    };
    const allowsNaN = await makesNaN();
    const overflow: Overflow = {elements: 0, largest: 0, beyond: storage.most, became: ''};
    for (let index = 0; index < values.length; index++) {
      const [value, want] = [got.values[index], scaled.values[index]];
      const bound = boundAt(scaled, index, testVector.arithmetic);
      const isBeyond = Math.abs(want) + bound > storage.most;
      if (!(isBeyond && allowsNaN && Number.isNaN(value))) {
        const reason = wrongAt(index, value, scaled, bound, storage.most);
        if (reason) return {status: 'failed', reason};
      }
      if (Math.abs(want) - bound <= storage.most) continue;
      overflow.became = String(Math.abs(value));
      overflow.elements++;
      overflow.largest = Math.max(overflow.largest, Math.abs(want));
    }
    return {status: 'passed', overflow};
  },
};

/** Whether a product beyond float16 reads back as NaN from the active backend. */
async function makesNaN(): Promise<boolean> {
  // One factor is made on the device, since tfjs multiplies small uploaded tensors on the host.
  const product = tf.tidy(() => tf.mul(tf.fill([2, 2], 2 ** mostExponent), 4));
  const [value] = await product.data();
  product.dispose();
  return Number.isNaN(value);
}

/** Why the element cannot result from the expected value; undefined when it can. */
function wrongAt(
  index: number,
  got: number,
  {values, magnitudes}: Pick<Expected, 'values' | 'magnitudes'>,
  bound: number,
  most: number,
): string | undefined {
  const want = values[index];
  if (Math.abs(got - want) <= bound) return undefined;
  const saturated = Math.abs(got) >= most && Math.sign(got) === Math.sign(want);
  if (saturated && Math.abs(want) + bound > most) return undefined;
  const what = `element ${index} is ${got} and must be ${want.toPrecision(6)} ± ${bound.toExponential(2)}`;
  if (Math.abs(want) > most) return `${what}, beyond ${most} where float16 ends: it must be infinite, with that sign`;
  return Number.isFinite(got)
    ? what
    : `${what}: an intermediate left float16, which ends at ${most}; the terms add up to ${magnitudes[index].toPrecision(6)} in magnitude`;
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}
