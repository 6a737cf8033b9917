import {builtinOracle} from './builtin.js';
import type {Oracle} from './oracle.js';
import {referenceOracle} from './reference.js';

export type {Judgement, Oracle, OracleName} from './oracle.js';

/** The catalogue. */
export const oracles: readonly Oracle[] = [referenceOracle, builtinOracle];
