import {passes} from '../../geometry/pass.js';
import {compare} from '../compare.js';
import {fills} from '../fill.js';
import type {Oracle} from './oracle.js';

/** The definition in float64, which shares no geometry with any kernel. It judges everything. */
export const referenceOracle: Oracle = {
  name: 'reference',
  passes,
  fills,
  isAbout: () => true,
  judges: () => true,
  async judge(subject, pass) {
    const {got} = await subject.result(pass);
    return compare(got, subject.wanted(pass), subject.comparison);
  },
};
