import * as tf from '@tensorflow/tfjs-core';
import {equipmentOf} from '../../backends/loadEquipment.js';
import {hasZeroSize, passes} from '../../geometry/pass.js';
import {problemInfo} from '../../geometry/problem.js';
import {isRepeatable} from '../data/repeatable.js';
import {compare} from '../reference/compare.js';
import type {Oracle} from './oracle.js';

/**
 * Where the memory of a backend grows, it moves, and what views it had before is lost. The pass runs while the memory is full, so that its
 * own result makes the memory grow. It asks about the few smallest problems, because the memory never shrinks again.
 */
export const growthOracle: Oracle = {
  name: 'growth',
  passes,
  fills: ['reals'],
  appliesTo: isRepeatable,
  isAbout: (backend) => equipmentOf(backend).fillMemory !== undefined,
  oneAlgorithm: true,
  judges(problem, pass, _fill, {compute}) {
    if (compute) return 'the implementation gets arrays of its own';
    if (problem.epilogue && pass !== 'forward') return 'several kernels of tfjs compute the gradients of an epilogue';
    return !hasZeroSize(problemInfo(problem)) || 'with a size of 0 there are no values';
  },
  async judge(implementation, pass) {
    if (!equipmentOf(implementation.target.backend).mayFillMemory?.(tf.backend()))
      return {status: 'skipped', reason: 'the memory has grown often enough'};
    const {got} = await implementation.run(pass, {}, {full: true});
    const verdict = compare(got, implementation.expected(pass), implementation.comparison);
    return verdict.status === 'failed'
      ? {...verdict, reason: `where the result makes the memory grow: ${verdict.reason}`}
      : verdict;
  },
};
