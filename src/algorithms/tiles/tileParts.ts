import {makeParts, type Part} from '../../engine/part.js';
import {type BlockParts, blockParts} from '../windows/cut.js';

/** What the blocks of an algorithm in tiles may be, and whether its filters go through in slices, if they ever do. */
export interface TileParts extends BlockParts {
  slices?: Part;
}

export function slicedParts(algorithm: string): Required<TileParts> {
  const [slices] = makeParts([`${algorithm}, filters in slices`]);
  return {...blockParts(algorithm), slices};
}
