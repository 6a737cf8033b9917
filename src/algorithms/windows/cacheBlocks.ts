import {type CoverageCounter, countHit, makeCounters} from '../../engine/coverageCounter.js';
import {blocksOf, type ImageBlock} from './blocks.js';

/** Counts the kinds of blocks that an algorithm uses. */
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
 * Returns the blocks, the floats of the largest block's windows, and its rows of pixels. Neither the windows nor the pixels of a
 * block take more than `limit` bytes, unless the block is a single row.
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
  // The first block is the largest.
  const [{images, rows}] = blocks;
  if (images > 1) countHit?.(severalImages);
  if (rows < height) countHit?.(partOfImage);
  return {blocks, floats: images * floatsOf(rows), rows: images * rows};
}
