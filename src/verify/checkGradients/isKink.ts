import {deviations, type Estimate} from './extrapolate.js';
import {gapNoise, gapOf, type Line, type Pair} from './line.js';

/**
 * Whether the slopes on both sides differ and stay so. Of a smooth function the gap closes with the step; at a kink (relu at 0, a tie of
 * maxima) it stays, at a jump it grows. Asked again at the smallest step at which rounding still lets it show.
 */
export async function isKink(line: Line, {tolerance, step, gap, noise}: Estimate): Promise<boolean> {
  if (!(gap > tolerance / 8)) return false;
  const audible = (4 * deviations * gapNoise * noise) / gap;
  const closer = Math.max(step / 256, 2 ** Math.ceil(Math.log2(audible)));
  if (!(closer <= step / 4)) return false;
  const pairs: Pair[] = [];
  for (const at of [closer, 2 * closer, 4 * closer]) {
    const pair = await line.pair(at);
    if (!pair) return false;
    pairs.push(pair);
  }
  return gapOf(pairs) > gap / 2;
}
