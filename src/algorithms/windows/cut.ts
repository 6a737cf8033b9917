import {makeParts, type Part} from '../../engine/part.js';
import {type Block, blocksOf} from './blocks.js';

/** What the blocks of an algorithm may be. */
export interface BlockParts {
  severalImages: Part;
  partOfImage: Part;
}

export function blockParts(algorithm: string): BlockParts {
  const [severalImages, partOfImage] = makeParts([
    `${algorithm}, several images at once`,
    `${algorithm}, an image in parts`,
  ]);
  return {severalImages, partOfImage};
}

/**
 * The blocks, the floats that the windows of the largest take, and its rows of pixels. Neither windows nor pixels of a block take more than
 * `limit` bytes, but for single rows.
 */
export function cut(
  batch: number,
  height: number,
  floatsOf: (rows: number) => number,
  floatsPerRow: number,
  limit: number,
  {severalImages, partOfImage}: BlockParts,
): {blocks: Block[]; floats: number; rows: number} {
  const bytesOf = (rows: number) => 4 * Math.max(floatsOf(rows), rows * floatsPerRow);
  const blocks = [...blocksOf(batch, height, bytesOf, limit)];
  // The first is as large as any.
  const [{images, rows}] = blocks;
  if (images > 1) severalImages.hits++;
  if (rows < height) partOfImage.hits++;
  return {blocks, floats: images * floatsOf(rows), rows: images * rows};
}
