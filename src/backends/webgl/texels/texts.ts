import type {Conv2DInfo, Kind} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import type {Fusion} from '../../implementation.js';
import {targetCount} from '../targets.js';
import {depthwiseText} from './depthwise.js';
import {outerText, sumText} from './outer.js';
import {pairsTaps, type Tile, tileOf} from './tile.js';

/** The shaders of one pass: what is computed, and dFilter's sum over slices. */
export interface Texts {
  compute: string;
  sum: string;
  /** Which of them these are, for people. */
  variant: string;
}

const byTaps = 'two taps a target';
const byChannels = 'two channels a target';

/** What the texts depend on beside the problem. */
interface Circumstances {
  /** Whether the textures of the first input and of the second are plain; see `Source`. */
  plain?: readonly [boolean, boolean];
  /** Of dFilter. */
  tile?: Tile;
  fusion?: Fusion | undefined;
}

export function textsOf(
  info: Conv2DInfo,
  pass: Pass,
  {plain: [first, second] = [true, true], tile = tileOf(info, targetCount), fusion}: Circumstances = {},
): Texts {
  if (pass === 'backpropFilter') {
    return {
      compute: outerText(info, tile, {x: first, dy: second}),
      sum: sumText(info, tile),
      variant: pairsTaps(info) ? byTaps : byChannels,
    };
  }
  const compute = depthwiseText(info, pass === 'forward', {source: first, filter: second}, fusion);
  return {compute, sum: '', variant: 'a row of taps at once'};
}

/** Every variant that there is, by kind and pass. */
export function variantsOf(kind: Kind, pass: Pass): string[] {
  if (pass === 'backpropFilter') return kind === 'dense' ? [byChannels, byTaps] : [byTaps];
  return kind === 'dense' ? [] : ['a row of taps at once'];
}
