import {passes} from '../../geometry/pass.js';
import {fills} from '../data/fill.js';
import {compare} from '../reference/compare.js';
import type {Oracle} from './oracle.js';

/** Compares with the definition in float64, which shares no geometry with any kernel. It judges everything. */
export const referenceOracle: Oracle = {
  name: 'reference',
  passes,
  fills,
  appliesTo: () => true,
  judges: () => true,
  async judge(implementation, pass) {
    const {got} = await implementation.result(pass);
    return compare(got, implementation.expected(pass), implementation.comparison);
  },
};
