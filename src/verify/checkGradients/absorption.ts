import {groupBySize} from './coordinateGroups.js';
import {type Line, spacingOf} from './line.js';
import type {Point} from './point.js';
import {reach} from './window.js';

/** Steps below this may be lost beside a constant of 1 in float32. */
const lost = 2 ** -22;
/** A change of this size keeps twelve bits beside 1. */
const clear = 2 ** -12;
/** Another input may multiply the changes. An input of at least this size counts as 1. */
const small = 2 ** -8;
/** No window moves an input farther than this. */
const farthest = 2 ** 60;

/**
 * exp(x) − 1 does not change at all while x stays below 2⁻²⁴. A sum of such terms and others changes smoothly, but by a wrong slope. Small
 * windows never show this. If inputs are so small that it may happen, f must be seen through a window in which they are larger.
 * @returns the level of that window; undefined where inputs are large enough; −Infinity where there is no such window
 */
export function levelAboveAbsorption({values}: Point, {input, direction}: Line): number | undefined {
  const step = direction.weights.reduce((least, weight) => Math.min(least, Math.abs(weight)), Number.MAX_VALUE);
  const others = values
    .filter((_, k) => k !== input)
    .map((data) => Math.max(...groupBySize(data).map(({step}) => step)))
    .filter((size) => size < small)
    .reduce((product, size) => product * size, 1);
  if (step * others >= lost) return undefined;
  const level = Math.floor(Math.log2((reach * spacingOf(0) * step * others) / clear) / 2);
  return reach * spacingOf(level) * step > farthest ? Number.NEGATIVE_INFINITY : level;
}
