import {nodeWorkerText, pageWorkerText} from './workerText.js';

/** A running worker. */
export interface Spawned {
  terminate(): void;
}

interface NodeWorker {
  unref(): void;
  on(event: 'error', listener: () => void): void;
  terminate(): Promise<number>;
}
interface NodeThreads {
  Worker: new (text: string, options: {eval: true; workerData: unknown}) => NodeWorker;
}
type Host = typeof globalThis & {
  process?: {getBuiltinModule?(name: string): unknown};
  Worker?: new (
    url: string,
  ) => {
    postMessage(data: unknown): void;
    terminate(): void;
    onerror: ((event: Event) => void) | null;
  };
};

/** The default number of threads: in Node the number of processors, up to 8; in a page 1. */
export function defaultThreads(): number {
  const os = builtin('node:os') as {availableParallelism?(): number} | undefined;
  return builtin('node:worker_threads') ? Math.min(8, os?.availableParallelism?.() ?? 1) : 1;
}

/** The reason why only one thread can run here; undefined if more can. */
export function whyNoThreads(): string | undefined {
  if (builtin('node:worker_threads')) return undefined;
  const {crossOriginIsolated, Worker} = globalThis as Host;
  if (!Worker) return 'there are no workers here (in Node they need 20.16 or later)';
  return crossOriginIsolated ? undefined : 'the page is not cross-origin isolated, so its workers cannot share memory';
}

/** Starts a worker, which never keeps a process alive. A worker that fails to start reports nothing and never becomes ready. */
export function spawn(data: unknown): Spawned {
  const threads = builtin('node:worker_threads') as NodeThreads | undefined;
  if (threads) {
    const worker = new threads.Worker(nodeWorkerText, {eval: true, workerData: data});
    worker.unref();
    worker.on('error', () => {});
    return {terminate: () => void worker.terminate()};
  }
  const {Worker} = globalThis as Host;
  if (!Worker) throw new Error('there are no workers here');
  const url = URL.createObjectURL(new Blob([pageWorkerText], {type: 'text/javascript'}));
  const worker = new Worker(url);
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage(data);
  return worker;
}

/** A module of Node, loaded without an import that bundlers would follow; undefined elsewhere. */
function builtin(name: string): unknown {
  return (globalThis as Host).process?.getBuiltinModule?.(name);
}
