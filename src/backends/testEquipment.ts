import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';

/** What `verify`, `bench` and `doctor` need of a backend. An instance is tfjs's own object of it, and must be ready. */
export interface TestEquipment {
  /** Describes the machine behind an instance, for reports. */
  describe(instance: object): Record<string, string | number | boolean>;
  /** Listens to the errors that the device reports on its own; absent where there is no such device. */
  watchDevice?(instance: object): DeviceErrors;
  /** Runs fn, and hides what the device reports meanwhile from its listeners. @throws Error with what was reported */
  captureErrors?<T>(instance: object, fn: () => Promise<T>): Promise<T>;
  /** The device's own clock, or the reason why it has none. */
  deviceClock?(instance: object): DeviceClock | string;
  /** The memory of a tensor that belongs to no element, where there is such memory. */
  readonly unusedLanes?: {
    /** The same tensor with NaN there. */
    poison(tensor: Tensor4D): Tensor4D;
    /** A tensor whose elements are all zero if that memory holds zeros only. */
    read(tensor: Tensor4D): Tensor4D;
  };
  /** Runs fn with NaN in all memory that is handed out for results; absent where nobody can fill it beforehand. */
  poisonResults?<T>(fn: () => T): T;
  /** Whether `poisonResults` also puts NaN behind each tensor, and throws an Error if something writes there. */
  readonly poisonsBehind?: true;
  /**
   * Takes all free memory, so that the next tensor makes the memory grow and move; absent where memory does not move. @returns a function
   * that gives it back
   */
  fillMemory?(instance: object): () => void;
  /** Whether the memory is still small enough to be filled: it never shrinks, and each time that it grows, all of it moves. */
  mayFillMemory?(instance: object): boolean;
  /** Counts the blocks of memory that are allocated and not freed. @returns a function that ends the count and returns it */
  countBlocks?(instance: object): () => number;
  /** Overwrites the memory of a result with NaN, where it can be reached. */
  overwrite?(instance: object, result: Tensor): void;
  /** Gives a tensor one of `Backend.provenances`. */
  readonly provenances?: Readonly<Record<string, (tensor: Tensor4D) => Tensor4D>>;
}

/**
 * Errors that a GPU's device reports on its own. The call that went wrong has returned as if all were well, and its result may be anything.
 */
export interface DeviceErrors {
  /** Returns the errors reported since the last call. */
  take(): string[];
  /** Waits until everything submitted has run and its errors have arrived. */
  settle(): Promise<void>;
  stop(): void;
}

/**
 * Runs a call and returns the milliseconds that the device's own clock counted; undefined where the measurement was interrupted.
 * @param nextTask gives the event loop a turn
 */
export type DeviceClock = (
  call: () => number | Promise<number>,
  nextTask: () => Promise<void>,
) => Promise<number | undefined>;
