import {keysOf, refuseMisspelt} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {passes} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';
import {depthwise} from './depthwise.js';
import {direct} from './direct.js';
import {fft} from './fft.js';
import {im2col} from './im2col.js';
import {implicitGemm} from './implicitGemm.js';
import {transposed} from './transposed.js';
import {winograd} from './winograd.js';
import {winograd4} from './winograd4.js';

/** The catalogue, in the order of preference that applies where predicted times do not decide. The definition is last. */
const catalogue: Algorithm[] = [implicitGemm, im2col, winograd, winograd4, fft, transposed, depthwise, direct];

/** The algorithms that belong to convgrad. */
const builtIn: ReadonlySet<Algorithm> = new Set(catalogue);

/** Names with another meaning where algorithms are chosen. */
const reserved = ['auto', 'imported', 'builtin'];

/** Every algorithm that the host backends can run, built in or defined, in order of preference. */
export function algorithms(): Algorithm[] {
  return [...catalogue];
}

/** The algorithm of that name, if there is one. */
export function findAlgorithm(name: string): Algorithm | undefined {
  return catalogue.find((algorithm) => algorithm.name === name);
}

/** Whether the algorithm was added by `defineAlgorithm`, so that convgrad does not know what it computes. */
export function isDefined(name: string): boolean {
  return catalogue.some((algorithm) => algorithm.name === name && !builtIn.has(algorithm));
}

const fields = keysOf<Algorithm>({
  ...{name: true, title: true, source: true, integerHeadroom: true, accuracy: true, footprint: true},
  ...{tile: true, errorBound: true, counters: true, supports: true, cost: true, fuses: true},
  ...{forward: true, backpropInput: true, backpropFilter: true},
});

/**
 * Adds an algorithm to the end of the catalogue. `install({algorithm: name})` and `convgrad verify --algorithm name` then find
 * it. Only a name and one pass are required. Other fields default to those of the definition (`direct`), except `supports`, which
 * admits dense convolutions only.
 *
 * The algorithm may have additional fields, unless their names look like a misspelt known field.
 *
 * @returns a function that removes the algorithm again
 * @throws ConvgradError when the name is taken or malformed, a field is misspelt or has a wrong value, or no pass is given
 */
export function defineAlgorithm(algorithm: Pick<Algorithm, 'name'> & Partial<Algorithm>): () => void {
  const fail = (problem: string): never => {
    throw new ConvgradError('defineAlgorithm', problem);
  };
  const name = algorithm?.name;
  if (typeof name !== 'string' || !/^[a-z][a-zA-Z0-9-]*$/.test(name)) {
    fail(`name must be letters, digits and dashes, the first a lower-case letter; got ${JSON.stringify(name)}.`);
  }
  if (reserved.includes(name) || findAlgorithm(name)) {
    fail(`the name '${name}' is taken; choose another, or undo the first definition.`);
  }
  refuseMisspelt('defineAlgorithm', algorithm, fields);
  if (!passes.some((pass) => typeof algorithm[pass] === 'function')) {
    fail(`'${name}' has none of the functions ${passes.join(', ')}; give at least one.`);
  }
  const {integerHeadroom, footprint} = direct;
  // The number of its operations is known, but not their kinds.
  const cost: Algorithm['cost'] = (info, pass) => ({...direct.cost(info, pass), work: undefined});
  const supports: Algorithm['supports'] = ({kind}) =>
    kind === 'dense' || `'${name}' has no supports(), so it computes dense convolutions only`;
  const complete = {title: name, source: '', integerHeadroom, footprint, supports, cost, ...algorithm};
  for (const key of ['supports', 'cost'] as const) {
    if (typeof complete[key] !== 'function')
      fail(`${key} of '${name}' must be a function; got ${typeof complete[key]}.`);
  }
  if (!(complete.integerHeadroom >= 0)) {
    fail(`integerHeadroom of '${name}' must be a number ≥ 0; got ${complete.integerHeadroom}.`);
  }
  catalogue.push(complete);
  return () => {
    const at = catalogue.indexOf(complete);
    if (at >= 0) catalogue.splice(at, 1);
  };
}
