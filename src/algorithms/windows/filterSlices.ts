import {type CoverageCounter, makeCounters} from '../../engine/coverageCounter.js';
import type {CacheRequest, Engine} from '../../engine/engine.js';
import {type BlockCounters, makeBlockCounters} from './cacheBlocks.js';

/** Columns of a filter that are computed together. */
export interface FilterSlice {
  first: number;
  columns: number;
}

/** Cuts F columns of `rows` elements each into slices of so many bytes, but for whole panels; the first is as wide as any. */
export function filterSlicesOf(rows: number, F: number, room: number): FilterSlice[] {
  const most = Math.min(F, Math.max(8, Math.floor(room / (4 * rows) / 8) * 8));
  return Array.from({length: Math.ceil(F / most)}, (_, i) => ({
    first: i * most,
    columns: Math.min(most, F - i * most),
  }));
}

/**
 * What a filter's slices become: what was kept of them, or the only one, or one after another in the same room.
 * @param writer takes what all slices need of an arena, and returns what writes one into a room
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
  const cached = engine.cached({...request, key, bytes}, () => {
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

/** What the blocks of an algorithm may be, and whether its filters go through in slices, if they ever do. */
export interface SlicedCounters extends BlockCounters {
  slices?: CoverageCounter;
}

export function makeSlicedCounters(algorithm: string): Required<SlicedCounters> {
  const [slices] = makeCounters([`${algorithm}, filters in slices`]);
  return {...makeBlockCounters(algorithm), slices};
}
