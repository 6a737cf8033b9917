import {activationOracle} from './activation.js';
import {adjointOracle} from './adjoint.js';
import {biasOracle} from './bias.js';
import {builtinOracle} from './builtin.js';
import {determinismOracle} from './determinism.js';
import {epilogueOracle} from './epilogue.js';
import {epilogueNaNOracle} from './epilogueNaN.js';
import {finiteDifferencesOracle} from './finiteDifferences.js';
import {growthOracle} from './growth.js';
import {maxPoolOracle} from './maxPool.js';
import {nonFiniteOracle} from './nonFinite.js';
import type {Oracle} from './oracle.js';
import {poisonOracle} from './poison.js';
import {purityOracle} from './purity.js';
import {rangeOracle} from './range.js';
import {referenceOracle} from './reference.js';
import {secondOrderOracle} from './secondOrder.js';
import {sequenceOracle} from './sequence.js';
import {spellingOracle} from './spelling.js';
import {taylorOracle} from './taylor.js';
import {valuesOracle} from './values.js';
import {zeroOracle} from './zero.js';

export {type Judgement, type Oracle, type OracleName, oracleNames} from './oracle.js';
export {isApplicable, isSampled} from './sampling.js';

/** The catalogue of oracles. */
export const oracles: readonly Oracle[] = [
  referenceOracle,
  builtinOracle,
  finiteDifferencesOracle,
  adjointOracle,
  taylorOracle,
  secondOrderOracle,
  purityOracle,
  determinismOracle,
  sequenceOracle,
  spellingOracle,
  poisonOracle,
  growthOracle,
  zeroOracle,
  valuesOracle,
  nonFiniteOracle,
  epilogueNaNOracle,
  activationOracle,
  rangeOracle,
  biasOracle,
  epilogueOracle,
  maxPoolOracle,
];
