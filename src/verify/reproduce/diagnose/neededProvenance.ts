import {passTensors} from '../../../geometry/pass.js';
import type {TestVector} from '../../data/testVector.js';
import {uniformProvenance} from '../../provenance/provenance.js';
import type {Inputs} from '../../reference/reference.js';
import type {FailedPass} from './observe.js';

/**
 * Says which inputs must come from where they came from, for the pass to fail. With the same values, uploaded instead, it is right.
 *
 * @param fails whether the pass fails on a test vector
 * @returns undefined if the pass fails whatever its inputs come from, or came from an upload
 */
export async function neededProvenance(
  {pass}: FailedPass,
  testVector: TestVector,
  fails: (testVector: TestVector) => Promise<boolean>,
): Promise<string | undefined> {
  const {provenance} = testVector;
  const special = (passTensors[pass].inputs as readonly (keyof Inputs)[]).filter(
    (name) => provenance[name] !== 'uploaded',
  );
  if (special.length === 0 || (await fails({...testVector, provenance: uniformProvenance('uploaded')})))
    return undefined;
  const needed: string[] = [];
  for (const name of special) {
    if (!(await fails({...testVector, provenance: {...provenance, [name]: 'uploaded'}})))
      needed.push(`${name} '${provenance[name]}'`);
  }
  // If either input alone is enough, no single one is needed.
  return needed.length > 0
    ? `it needs ${needed.join(' and ')}: with the same values uploaded it is right`
    : `it needs ${special.map((name) => `${name} '${provenance[name]}'`).join(' or ')}: with all inputs uploaded it is right`;
}
