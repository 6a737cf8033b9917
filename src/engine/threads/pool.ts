import {type KernelCall, partition} from '../kernelCall.js';
import {type Kernels, kernelNames} from '../wasmModule.js';
import {callWords, controlWords, maxCalls, word} from './control.js';
import {type Spawned, spawn} from './spawn.js';

/** A worker took a piece and did not finish it in time. The memory is lost, because the worker may still write to it. */
export class WorkerLost extends Error {}

/** How often this thread checks for missing pieces before it sleeps, where it may sleep. */
const spins = 5_000;

/** Threads that compute on one memory. */
export interface Pool {
  /** How many threads compute, this one included. */
  threads(): number;
  /** Runs the calls over 0..count on all threads. The results do not depend on the number of threads. @throws WorkerLost */
  run(calls: readonly KernelCall[], count: number, grain?: number): void;
  close(): void;
}

/**
 * Starts workers. Until they report, this thread computes alone.
 * @param timeout how long to wait for a worker that has taken a piece, in milliseconds
 */
export function startPool(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  kernels: Kernels,
  workers: number,
  timeout: number,
): Pool {
  const words = new Int32Array(memory.buffer, 0, controlWords);
  const spawned: Spawned[] = Array.from({length: workers}, (_, i) =>
    spawn({module, memory, names: kernelNames, index: i + 1}),
  );
  const threads = () => 1 + Atomics.load(words, word.ready);

  const runTogether = (calls: readonly KernelCall[], count: number, grain?: number): void => {
    const {step, ranges, group, pieces} = partition(calls.length, count, threads(), grain);
    words.set([count, step, ranges, calls.length, group], word.count);
    for (const [i, {kernel, args}] of calls.entries()) {
      words.set([kernelNames.indexOf(kernel), ...args], word.first + i * callWords);
    }
    Atomics.store(words, word.done, 0);
    Atomics.store(words, word.left, pieces); // from here on, workers take pieces
    Atomics.add(words, word.job, 1);
    Atomics.notify(words, word.job);
    let own = 0;
    for (let left = Atomics.sub(words, word.left, 1); left > 0; left = Atomics.sub(words, word.left, 1)) {
      const piece = left - 1;
      const from = (piece % ranges) * step;
      const first = Math.floor(piece / ranges) * group;
      for (const {kernel, args} of calls.slice(first, first + group)) {
        kernels[kernel](from, Math.min(count, from + step), ...args);
      }
      own++;
    }
    awaitOthers(words, pieces - own, timeout);
  };

  return {
    threads,
    run(calls, count, grain) {
      for (let first = 0; first < calls.length; first += maxCalls) {
        runTogether(calls.slice(first, first + maxCalls), count, grain);
      }
    },
    close() {
      for (const worker of spawned) worker.terminate();
    },
  };
}

/**
 * Waits until workers have finished `pieces` pieces. It first spins, then sleeps. The main thread of a page may not sleep and
 * keeps spinning.
 */
function awaitOthers(words: Int32Array, pieces: number, timeout: number): void {
  let end = 0;
  for (let look = 0; ; look++) {
    const done = Atomics.load(words, word.done);
    if (done >= pieces) return;
    if (look < spins) continue;
    const now = performance.now();
    end ||= now + timeout;
    if (now > end) throw new WorkerLost();
    if (maySleep) Atomics.wait(words, word.done, done, 1);
  }
}

const maySleep = canSleep();

function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
