import {override} from './override.js';

/** The parts of tfjs's `cpu` backend that the pool uses. The backend keeps each tensor's values as an array, and hands out that array. */
export interface ArrayStore {
  data: {set(dataId: object, entry: {values?: unknown}): void};
  readSync(dataId: object): Float32Array;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Arrays of fewer floats are not pooled: allocating them takes no longer than finding them. */
const fewestFloats = 1 << 12;
/** The most bytes of arrays that wait for reuse; beyond that the oldest are dropped. */
const mostBytes = 1 << 27;

/**
 * Reuses output arrays of one backend after their tensors are disposed of. The operating system hands out new memory page by page, which
 * takes longer than the arithmetic for large outputs. The pool never reuses an array that somebody else may hold: one that was read
 * (`dataSync()` returns the array itself), or one that another tensor shares, as slices do.
 */
export class OutputPool {
  private readonly waiting: Float32Array[] = [];
  private bytes = 0;
  /** Tensors whose array nobody else holds: `arrays` maps a data id to its array, and `tensors` maps the array's memory to the data id. */
  private readonly arrays = new WeakMap<object, Float32Array>();
  private readonly tensors = new WeakMap<ArrayBufferLike, object>();
  readonly readSync: ArrayStore['readSync'];
  private readonly undo: (() => void)[];

  constructor(store: ArrayStore) {
    const {data} = store;
    const [readSync, disposeData, set] = [store.readSync, store.disposeData, data.set];
    /** Reads a tensor for the duration of a computation only, so its array still counts as unshared. */
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

  /** Returns an array of that length with unknown content. */
  take(length: number): Float32Array {
    const at = this.waiting.findIndex((array) => array.length === length);
    if (at < 0) return new Float32Array(length);
    const [array] = this.waiting.splice(at, 1);
    this.bytes -= array.byteLength;
    return array;
  }

  /** Records that an array belongs to a tensor that was just made from it. */
  give(dataId: object, array: Float32Array): void {
    if (array.length < fewestFloats) return;
    this.arrays.set(dataId, array);
    this.tensors.set(array.buffer, dataId);
  }

  /** Restores the backend's methods, except those that somebody else has replaced since. */
  close(): void {
    for (const undo of this.undo) undo();
  }

  /** Records that somebody else holds this array, or another view of its memory, so it must not be reused. */
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
