import {type CoverageCounter, makeCounters} from '../../engine/coverageCounter.js';
import {blocksOf, type ImageBlock} from './blocks.js';

/** What the blocks of an algorithm may be. */
export interface BlockCounters {
  severalImages: CoverageCounter;
  partOfImage: CoverageCounter;
}

export function makeBlockCounters(algorithm: string): BlockCounters {
  const [severalImages, partOfImage] = makeCounters([
    `${algorithm}, several images at once`,
    `${algorithm}, an image in parts`,
  ]);
  return {severalImages, partOfImage};
}

/**
 * The blocks, the floats that the windows of the largest take, and its rows of pixels. Neither windows nor pixels of a block take more than
 * `limit` bytes, but for single rows.
 */
export function cacheBlocks(
  batch: number,
  height: number,
  floatsOf: (rows: number) => number,
  floatsPerRow: number,
  limit: number,
  {severalImages, partOfImage}: BlockCounters,
): {blocks: ImageBlock[]; floats: number; rows: number} {
  const bytesOf = (rows: number) => 4 * Math.max(floatsOf(rows), rows * floatsPerRow);
  const blocks = [...blocksOf(batch, height, bytesOf, limit)];
  // The first is as large as any.
  const [{images, rows}] = blocks;
  if (images > 1) severalImages.hits++;
  if (rows < height) partOfImage.hits++;
  return {blocks, floats: images * floatsOf(rows), rows: images * rows};
}
