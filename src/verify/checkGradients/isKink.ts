import {deviations, type Estimate} from './extrapolate.js';
import type {Line} from './line.js';

/**
 * Whether the slopes on both sides differ and stay so. Of a smooth function their difference halves with the step; at a kink (relu at 0, a
 * tie of maxima) it stays, at a jump it grows. Asked again at the smallest step at which rounding still lets it show.
 */
export async function isKink(line: Line, {step, bends, noise}: Estimate): Promise<boolean> {
  const [bend, before] = bends.map(Math.abs);
  if (bend === 0 || bend < 0.7 * before) return false;
  const audible = (4 * deviations * Math.sqrt(6) * noise) / bend;
  const closer = Math.max(step / 256, 2 ** Math.ceil(Math.log2(audible)));
  if (!(closer <= step / 4)) return false;
  const pair = await line.pair(closer);
  return pair !== undefined && Math.abs(pair.bend) > 0.7 * bend;
}
