import {agrees} from './agreement.js';
import type {Observation} from './observe.js';

/**
 * At least this many elements, in this many results, must have been due beyond the limit. A single largest value is found in any result.
 */
const neededElements = 3;
const neededResults = 2;

/**
 * Recognises a result that saturates: a value beyond a limit is replaced by the limit, and everything else is right. The limits are the
 * extremes of the observed values.
 */
export function saturationOf(observations: readonly Observation[]): string[] {
  const seen = observations.flatMap(({got}) => Array.from(got));
  const highest = seen.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const lowest = seen.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const held = (value: number) => Math.min(highest, Math.max(lowest, value));
  if (!observations.every((observation) => agrees(observation, observation.expected.values.map(held)))) return [];
  const isReached = (isBeyond: (value: number) => boolean) => {
    const counts = observations
      .map(({expected}) => expected.values.filter(isBeyond).length)
      .filter((count) => count > 0);
    return counts.length >= neededResults && counts.reduce((sum, count) => sum + count, 0) >= neededElements;
  };
  const limits = [
    ...(isReached((value) => value > highest) ? [`values above ${highest} clamped to ${highest}`] : []),
    ...(isReached((value) => value < lowest) ? [`values below ${lowest} clamped to ${lowest}`] : []),
  ];
  return limits.length > 0 ? [`${limits.join(' and ')}: it saturates`] : [];
}
