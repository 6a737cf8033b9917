import {override} from './override.js';

/** What the pool needs of tfjs's `cpu` backend, which keeps each tensor's values as an array that it hands out itself. */
export interface ArrayStore {
  data: {set(dataId: object, entry: {values?: unknown}): void};
  readSync(dataId: object): Float32Array;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Smaller arrays are made as fast as they are found. */
const fewestFloats = 1 << 12;
/** Bytes of arrays that wait to be used again; the oldest go first. */
const mostBytes = 1 << 27;

/**
 * Arrays for outputs on one backend, used again when their tensor is disposed of: a system hands out new memory page by page, which for large outputs takes
 * longer than the arithmetic. An array that anybody else may hold is never used again: one that was read (`dataSync()` gives the array itself), or that
 * another tensor shares, as slices do.
 */
export class OutputPool {
  private readonly waiting: Float32Array[] = [];
  private bytes = 0;
  /** Of tensors whose array nobody else holds: the array, and by its memory the tensor. */
  private readonly arrays = new WeakMap<object, Float32Array>();
  private readonly tensors = new WeakMap<ArrayBufferLike, object>();
  readonly readSync: ArrayStore['readSync'];
  private readonly undo: (() => void)[];

  constructor(store: ArrayStore) {
    const {data} = store;
    const [readSync, disposeData, set] = [store.readSync, store.disposeData, data.set];
    /** Reads a tensor for as long as a computation takes: its array stays its own. */
    this.readSync = (dataId) => readSync.call(store, dataId);
    this.undo = [
      override(store, 'readSync', (dataId) => {
        const values = readSync.call(store, dataId);
        this.share(values);
        return values;
      }),
      override(data, 'set', (dataId, entry) => {
        this.share(entry?.values);
        set.call(data, dataId, entry);
      }),
      override(store, 'disposeData', (dataId, force) => {
        const gone = disposeData.call(store, dataId, force);
        if (gone) this.takeBack(dataId);
        return gone;
      }),
    ];
  }

  /** An array with any content. */
  take(length: number): Float32Array {
    const at = this.waiting.findIndex((array) => array.length === length);
    if (at < 0) return new Float32Array(length);
    const [array] = this.waiting.splice(at, 1);
    this.bytes -= array.byteLength;
    return array;
  }

  /** Gives an array to a tensor that was just made of it. */
  give(dataId: object, array: Float32Array): void {
    if (array.length < fewestFloats) return;
    this.arrays.set(dataId, array);
    this.tensors.set(array.buffer, dataId);
  }

  /** Puts the backend back as it was, but for what others have replaced since. */
  close(): void {
    for (const undo of this.undo) undo();
  }

  /** Somebody else holds this array, or one on the same memory. */
  private share(values: unknown): void {
    const dataId = ArrayBuffer.isView(values) ? this.tensors.get(values.buffer) : undefined;
    if (dataId) this.arrays.delete(dataId);
  }

  private takeBack(dataId: object): void {
    const array = this.arrays.get(dataId);
    if (!array) return;
    this.arrays.delete(dataId);
    this.waiting.push(array);
    this.bytes += array.byteLength;
    while (this.bytes > mostBytes) this.bytes -= this.waiting.shift()?.byteLength ?? 0;
  }
}
