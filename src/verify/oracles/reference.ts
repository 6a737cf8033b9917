import {compare} from '../compare.js';
import type {Oracle} from './oracle.js';

/** The definition in float64, which shares no geometry with any kernel. It judges everything. */
export const referenceOracle: Oracle = {
  name: 'reference',
  judges: () => true,
  prepare:
    async ({wanted}) =>
    (pass, got, comparison) =>
      compare(got, wanted[pass], comparison),
};
