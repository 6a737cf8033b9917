import {type CoverageCounter, makeCounters} from '../../engine/coverageCounter.js';
import type {CacheRequest, Engine} from '../../engine/engine.js';
import {type BlockCounters, makeBlockCounters} from './cacheBlocks.js';

/** Columns of a filter that are computed together. */
export interface FilterSlice {
  first: number;
  columns: number;
}

/**
 * Cuts F columns of `rows` elements each into slices of at most `room` bytes, or of one panel of eight columns if that is larger.
 * The first slice is the widest.
 */
export function filterSlicesOf(rows: number, F: number, room: number): FilterSlice[] {
  const most = Math.min(F, Math.max(8, Math.floor(room / (4 * rows) / 8) * 8));
  return Array.from({length: Math.ceil(F / most)}, (_, i) => ({
    first: i * most,
    columns: Math.min(most, F - i * most),
  }));
}

/**
 * Returns a function that gives the processed form of each slice. It comes from the cache, or is made once if there is only one
 * slice. Otherwise slices are made on demand in the same room, so each is valid until the next.
 * @param writer takes from the arena what all slices need, and returns the function that writes a slice into its room
 */
export function cachedSlices<Room, Made>(
  engine: Engine,
  request: Omit<CacheRequest, 'bytes'> & {bytesOf(slice: FilterSlice): number},
  slices: readonly FilterSlice[],
  roomFor: (slice: FilterSlice) => Room,
  writer: () => (slice: FilterSlice, room: Room) => Made,
): (slice: FilterSlice) => Made {
  const key = `${request.key} ${slices.length}`;
  const bytes = slices.reduce((sum, slice) => sum + request.bytesOf(slice), 0);
  const cached = engine.memory.cached({...request, key, bytes}, () => {
    const rooms = slices.map(roomFor);
    const write = writer();
    return new Map(slices.map((slice, i) => [slice.first, write(slice, rooms[i])]));
  });
  if (cached) return ({first}) => cached.get(first) as Made;
  const [room, write] = [roomFor(slices[0]), writer()];
  if (slices.length > 1) return (slice) => write(slice, room);
  const only = write(slices[0], room);
  return () => only;
}

/** Counts the kinds of blocks that an algorithm uses, and whether it processes filters in slices, if it ever does. */
export interface SlicedCounters extends BlockCounters {
  slices?: CoverageCounter;
}

export function makeSlicedCounters(algorithm: string): Required<SlicedCounters> {
  const [slices] = makeCounters([`${algorithm}, filters in slices`]);
  return {...makeBlockCounters(algorithm), slices};
}
