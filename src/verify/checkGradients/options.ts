import {keysOf, refuseUnknown} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import type {Mode} from './gradientReport.js';

/** Options of `checkGradients()`. */
export interface GradientOptions {
  /** `auto` uses integers if f is found to be linear in each input. `auto` by default. */
  mode?: Mode | 'auto';
  /** 2: check the gradients of the gradients as well. 1 by default. */
  order?: 1 | 2;
  /** Decides dy, the directions, the coordinates and the integers; 1 by default. */
  seed?: number;
  /** Number of directions for each input; 3 by default. */
  directions?: number;
  /** Number of coordinates to compare one by one for each input; smaller inputs are compared in full. 64 by default. */
  coordinates?: number;
}

const known = keysOf<GradientOptions>({mode: true, order: true, seed: true, directions: true, coordinates: true});

/** Fills in the defaults. @throws ConvgradError on an unknown option or an invalid value */
export function resolveOptions(options: GradientOptions): Required<GradientOptions> {
  refuseUnknown('checkGradients', options, known);
  const {mode = 'auto', order = 1, seed = 1, directions = 3, coordinates = 64} = options;
  if (!['auto', 'integers', 'real'].includes(mode)) fail(`mode must be 'auto', 'integers' or 'real'; got '${mode}'.`);
  if (order !== 1 && order !== 2) fail(`order must be 1 or 2; got ${order}.`);
  if (!Number.isSafeInteger(seed)) fail(`seed must be a whole number; got ${seed}.`);
  if (!Number.isSafeInteger(directions) || directions < 0)
    fail(`directions must be a whole number ≥ 0; got ${directions}.`);
  if (!Number.isSafeInteger(coordinates) || coordinates < 1)
    fail(`coordinates must be a whole number ≥ 1; got ${coordinates}.`);
  return {mode, order, seed, directions, coordinates};
}

function fail(problem: string): never {
  throw new ConvgradError('checkGradients', problem);
}
