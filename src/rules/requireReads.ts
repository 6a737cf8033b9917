import {backendNamed, servedBackends} from '../backends/index.js';
import {ConvgradError} from '../geometry/error.js';
import type {Tf} from './tfjs.js';

/** @throws ConvgradError on a backend that cannot give numbers while a gradient is being computed */
export function requireReads(functionName: string, tf: Tf): void {
  const backend = tf.getBackend();
  const waits = (name: string) => backendNamed(name)?.reads !== 'data';
  if (waits(backend)) return;
  const others = servedBackends().filter(waits).join(', ');
  throw new ConvgradError(
    functionName,
    `it reads numbers while gradients are computed, and backend '${backend}' cannot wait there; use one of ${others}.`,
  );
}
