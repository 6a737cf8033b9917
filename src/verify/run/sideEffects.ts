import type {Tensor} from '@tensorflow/tfjs';
import {defaultTf as tf} from '../../plugin/tfjs.js';

/** A fault in how a call behaved, whatever it computed; undefined where there is none. */
export type SideEffect = string | undefined;

/**
 * Runs fn, which computes one tensor, and watches its side effects. It must leave nothing behind but its result, whose memory no input
 * shares. It must not change the attributes that kernels are called with.
 *
 * @param inputs the tensors that it reads, by name
 */
export function observeSideEffects<T extends Tensor>(
  inputs: Readonly<Record<string, Tensor>>,
  fn: () => T,
): {result: T; sideEffect: SideEffect} {
  const before = memoryInUse();
  const {value: result, changed} = watchAttributes(fn);
  const after = memoryInUse();
  const owner = Object.keys(inputs).find((name) => inputs[name].dataId === result.dataId);
  if (owner)
    return {result, sideEffect: `the result shares the memory of ${owner}: whoever disposes of one loses both`};
  if (changed) return {result, sideEffect: changed};
  const tensors = after.tensors - before.tensors - 1;
  if (tensors > 0)
    return {result, sideEffect: `${tensors} more ${tensors === 1 ? 'tensor is' : 'tensors are'} left behind`};
  const data = after.data - before.data - 1;
  return {result, sideEffect: data > 0 ? `memory of ${data} more tensors is left behind` : undefined};
}

function memoryInUse(): {tensors: number; data: number} {
  return {tensors: tf.memory().numTensors, data: tf.backend().numDataIds()};
}

/**
 * Runs fn and compares the attributes of every kernel call before the call, after it and at the end. The tape hands the same object to
 * gradients.
 */
function watchAttributes<T>(fn: () => T): {value: T; changed: SideEffect} {
  const engine = tf.engine();
  const run = engine.runKernel;
  let changed: SideEffect;
  const lent: {name: string; attrs: object | undefined; before: string}[] = [];
  engine.runKernel = function (this: typeof engine, name, inputs, attrs) {
    const before = JSON.stringify(attrs);
    const results = run.call(this, name, inputs, attrs);
    lent.push({name, attrs, before});
    const after = JSON.stringify(attrs);
    if (after !== before) changed ??= `${name} changed its attributes from ${before} to ${after}`;
    return results;
  } as typeof run;
  try {
    const value = fn();
    for (const {name, attrs, before} of lent) {
      const after = JSON.stringify(attrs);
      if (after !== before) changed ??= `the attributes of ${name} were changed on the tape from ${before} to ${after}`;
    }
    return {value, changed};
  } finally {
    engine.runKernel = run;
  }
}

/** Overwrites a result where its memory can be reached, and disposes of it. What still needs that memory then comes to light. */
export function overwriteAndDispose(result: Tensor): void {
  if (tf.getBackend() === 'cpu') {
    const {data} = tf.backend() as unknown as {data: {get(dataId: object): {values?: Float32Array}}};
    data.get(result.dataId).values?.fill(Number.NaN);
  }
  result.dispose();
}
