import type {Engine, Keeping} from '../../engine/engine.js';
import {makeParts, type Part} from '../../engine/part.js';
import {type BlockParts, blockParts} from './cut.js';

/** Columns of a filter that are computed together. */
export interface Slice {
  first: number;
  columns: number;
}

/** Cuts F columns of `rows` elements each into slices of so many bytes, but for whole panels; the first is as wide as any. */
export function slicesOf(rows: number, F: number, room: number): Slice[] {
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
export function keptSlices<Room, Made>(
  engine: Engine,
  wanted: Omit<Keeping, 'bytes'> & {bytesOf(slice: Slice): number},
  slices: readonly Slice[],
  roomFor: (slice: Slice) => Room,
  writer: () => (slice: Slice, room: Room) => Made,
): (slice: Slice) => Made {
  const recipe = `${wanted.recipe} ${slices.length}`;
  const bytes = slices.reduce((sum, slice) => sum + wanted.bytesOf(slice), 0);
  const kept = engine.keep({...wanted, recipe, bytes}, () => {
    const rooms = slices.map(roomFor);
    const write = writer();
    return new Map(slices.map((slice, i) => [slice.first, write(slice, rooms[i])]));
  });
  if (kept) return ({first}) => kept.get(first) as Made;
  const [room, write] = [roomFor(slices[0]), writer()];
  if (slices.length > 1) return (slice) => write(slice, room);
  const only = write(slices[0], room);
  return () => only;
}

/** What the blocks of an algorithm may be, and whether its filters go through in slices, if they ever do. */
export interface SlicedParts extends BlockParts {
  slices?: Part;
}

export function slicedParts(algorithm: string): Required<SlicedParts> {
  const [slices] = makeParts([`${algorithm}, filters in slices`]);
  return {...blockParts(algorithm), slices};
}
