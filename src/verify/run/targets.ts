import * as tf from '@tensorflow/tfjs-core';
import type {Algorithm, Bound} from '../../algorithms/algorithm.js';
import {activations} from '../../geometry/activations.js';
import {hasZeroSize, type Pass, passTensors} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import {algorithmsOf, declarationOf, supportsPass} from '../../plugin/select.js';
import {type Imported, importedNames} from '../imports/imported.js';
import {importedTargets} from '../imports/importedTargets.js';
import {isEmpty} from '../imports/registrations.js';
import type {Inputs} from '../reference/reference.js';
import type {Target} from './target.js';

/**
 * The targets on a backend. Imported ones come first. If something was imported, they stand alone unless `only` names something else.
 * @param only names to keep; all when empty
 */
export function targetsOf(backend: string, imported: Imported, only: readonly string[]): Target[] {
  const theirs = importedTargets(backend, imported).filter(
    ({algorithm}) => only.length === 0 || only.includes(algorithm),
  );
  if (!isEmpty(imported.registrations) && only.every((name) => importedNames.includes(name))) return theirs;
  return [...theirs, ...algorithmTargets(backend, only)];
}

function algorithmTargets(backend: string, only: readonly string[]): Target[] {
  return algorithmsOf(backend)
    .filter((algorithm) => only.length === 0 || only.includes(algorithm))
    .map((algorithm) => {
      const {integerHeadroom = 1, footprint, tile, errorBound} = declarationOf(backend, algorithm);
      return {
        ...{backend, algorithm, headroom: integerHeadroom, footprint},
        tile: (problem, pass) => tile?.(problemInfo(problem), pass),
        errorBound: (problem, inputs, pass) => ownBound(errorBound, problem, inputs, pass),
        supports: (problem, pass) =>
          supportsOnTape(backend, problem, pass, (one) => supportsPass(backend, algorithm, problemInfo(problem), one)),
      };
    });
}

/**
 * Whether a pass can run on the tape. The gradient of a fused convolution also needs the forward pass, and the kernel with which tfjs
 * derives the activation.
 */
function supportsOnTape(
  backend: string,
  problem: Problem,
  pass: Pass,
  supports: (pass: Pass) => true | string,
): true | string {
  const activation = pass === 'forward' ? 'linear' : (problem.epilogue?.activation ?? 'linear');
  if (activation === 'linear') return supports(pass);
  const {gradientKernel} = activations[activation];
  if (gradientKernel !== undefined && !tf.getKernel(gradientKernel, backend))
    return `tfjs has no ${gradientKernel} on ${backend}`;
  // Another algorithm in its place would round in a way of its own.
  if (supports('forward') !== true)
    return `an activation's gradient needs the forward pass too, which it does not compute here`;
  return supports(pass);
}

/** The bound that an algorithm brings. Where a size is 0 there are no terms, and so no bound. */
function ownBound(
  errorBound: Algorithm['errorBound'],
  problem: Problem,
  inputs: Inputs,
  pass: Pass,
): Bound | undefined {
  if (hasZeroSize(problemInfo(problem))) return undefined;
  const [a, b] = passTensors[pass].inputs.map((name) => inputs[name as keyof Inputs]);
  return errorBound?.(problemInfo(problem), pass, a, b);
}
