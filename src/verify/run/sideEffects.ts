import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {equipmentOf} from '../../backends/loadEquipment.js';
import type {Pass} from '../../geometry/pass.js';
import {firstDifference} from '../oracles/firstDifference.js';
import type {Inputs} from '../reference/reference.js';

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
  const {scopeStack} = tf.engine().state;
  const depth = scopeStack.length;
  const countedBlocks = equipmentOf(tf.getBackend()).countBlocks?.(tf.backend());
  let watched: ReturnType<typeof watchAttributes<T>>;
  let blocks: number | undefined;
  try {
    watched = watchAttributes(fn);
  } finally {
    blocks = countedBlocks?.();
  }
  const {value: result, changed} = watched;
  const after = memoryInUse();
  if (scopeStack.length !== depth) {
    tf.keep(result);
    while (scopeStack.length > depth) tf.engine().endScope();
    return {result, sideEffect: "it leaves a scope of tfjs's engine open, so tidy() frees the wrong tensors"};
  }
  const owner = Object.keys(inputs).find((name) => inputs[name].dataId === result.dataId);
  if (owner) return {result, sideEffect: `the result shares the memory of ${owner}: disposing of one disposes of both`};
  if (changed) return {result, sideEffect: changed};
  const tensors = after.tensors - before.tensors - 1;
  if (tensors > 0)
    return {result, sideEffect: `${tensors} more ${tensors === 1 ? 'tensor is' : 'tensors are'} left behind`};
  const data = after.data - before.data - 1;
  if (data > 0) return {result, sideEffect: `memory of ${data} more tensors is left behind`};
  // The result has one block.
  const more = (blocks ?? 1) - 1;
  return {
    result,
    sideEffect:
      more > 0 ? `${more} ${more === 1 ? 'block of memory is' : 'blocks of memory are'} never freed` : undefined,
  };
}

function memoryInUse(): {tensors: number; data: number} {
  return {tensors: tf.memory().numTensors, data: tf.backend().numDataIds()};
}

/**
 * Runs fn and compares the attributes of every kernel call before the call, after it and at the end. The tape hands the same object to
 * gradients.
 * @throws what fn throws, with the change that came before: the kernel that got changed attributes is not to blame
 */
export function watchAttributes<T>(fn: () => T): {value: T; changed: SideEffect} {
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
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (changed === undefined || message.startsWith(changed)) throw error;
    throw new Error(`${changed}; then: ${message}`, {cause: error});
  } finally {
    engine.runKernel = run;
  }
}

/**
 * Computes the pass again from other data, and compares the first result before and after. A change means that the kernel still writes to
 * memory that it has handed out.
 *
 * @param call computes the pass from these inputs
 * @param times how often; a kernel may hand out a few buffers in turn, and write to the first one only after all others
 */
export async function changeByLaterCall(
  result: Tensor,
  pass: Pass,
  inputs: Record<keyof Inputs, Tensor4D>,
  call: (inputs: Record<keyof Inputs, Tensor4D>) => Tensor,
  times: number,
): Promise<SideEffect> {
  const name = pass === 'forward' ? 'x' : 'dy';
  // GPU backends cache what they have read back. A kernel reads the memory itself.
  const seen = [tf.mul(result, 1)];
  const negative = tf.neg(inputs[name]) as Tensor4D;
  const later = Array.from({length: times}, () => call({...inputs, [name]: negative}));
  const isShared = new Set(later.map(({dataId}) => dataId)).size < times;
  seen.push(tf.mul(result, 1));
  try {
    if (isShared) return 'two calls return the same memory: disposing of one result disposes of both';
    const [before, after] = await Promise.all(seen.map((tensor) => tensor.data()));
    const index = firstDifference(after, before);
    if (index < 0) return undefined;
    return `a later call changes the result: element ${index} was ${before[index]} and is ${after[index]} afterwards`;
  } finally {
    tf.dispose([negative, ...later, ...seen]);
  }
}

/** Overwrites a result where its memory can be reached, and disposes of it. What still needs that memory then comes to light. */
export function overwriteAndDispose(result: Tensor): void {
  equipmentOf(tf.getBackend()).overwrite?.(tf.backend(), result);
  result.dispose();
}
