import * as tf from '@tensorflow/tfjs-core';
import {benchSmall, type SmallResult} from '../bench/small/benchSmall.js';
import {locateBackend} from './locateBackend.js';
import {UnavailableError} from './usage.js';

/** Times small calls on each backend in this process. @throws UnavailableError when a backend is not available in this process */
export async function timeSmall(
  backends: readonly string[],
  options: {rounds?: number; threads?: number; signal?: AbortSignal},
): Promise<SmallResult[]> {
  const all: SmallResult[] = [];
  for (const backend of backends) {
    const {place} = await locateBackend(backend, undefined);
    if (place !== 'here')
      throw new UnavailableError(
        `backend '${backend}' is not available in this process; --small times backends of this process only.`,
      );
    await tf.setBackend(backend);
    all.push(...(await benchSmall(options)));
  }
  return all;
}

/** One line of text for each call. */
export function describeSmall(results: readonly SmallResult[]): string {
  const number = (value: number, width: number, digits = 1) => value.toFixed(digits).padStart(width);
  const widest = Math.max(...results.map(({name}) => name.length), 4);
  const head = `${'µs per call'.padEnd(widest)} backend      ours  built-in  overhead speedup`;
  const lines = results.map(
    ({name, backend, ours, builtin, overhead, speedup}) =>
      `${name.padEnd(widest)} ${backend.padEnd(7)} ${number(ours, 9)} ${number(builtin, 9)} ${number(overhead, 9)} ${number(speedup, 6, 2)}×`,
  );
  return [head, ...lines].join('\n');
}
