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

/** What the blocks of an algorithm may be, and whether its filters go through in slices, if they ever do. */
export interface SlicedParts extends BlockParts {
  slices?: Part;
}

export function slicedParts(algorithm: string): Required<SlicedParts> {
  const [slices] = makeParts([`${algorithm}, filters in slices`]);
  return {...blockParts(algorithm), slices};
}
