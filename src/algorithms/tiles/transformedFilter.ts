import {type Arena, arrayBytes, type Engine, type PackedBatch, type StackedMatrix} from '../../engine/engine.js';
import {evenOffsets} from '../../engine/evenOffsets.js';
import {cachedSlices, type FilterSlice} from '../windows/filterSlices.js';
import type {TileTransform} from './tileTransform.js';

/** A filter in the form that a convolution in tiles reads. */
export interface TileFilter {
  /** A matrix [C, F] for each tap, all in one array. */
  filter: readonly StackedMatrix[];
  C: number;
  F: number;
}

/** Bytes of the arena that `transformedFilter` takes if nothing is cached. */
export function filterBytesOf(
  {matrixCount}: TileTransform,
  work: TileFilter,
  [{columns}]: readonly FilterSlice[],
  engine: Engine,
): number {
  const {C, filter} = work;
  const {tap} = filterLayoutOf(work);
  return 4 * (filter.length * tap + C) + 2 * arrayBytes + engine.memory.packedBatchBytes(matrixCount, C, columns);
}

/** Returns a function that gives each slice of the filter, transformed and packed. */
export function transformedFilter(
  transform: TileTransform,
  work: TileFilter,
  slices: readonly FilterSlice[],
  engine: Engine,
  arena: Arena,
): (slice: FilterSlice) => PackedBatch {
  const {filter, C, F} = work;
  const {name, matrixCount, halo} = transform;
  const request = {
    source: filter[0].data,
    key: [name, halo, C, F, filter[0].offset, filter[0].columnStride].join(' '),
    bytesOf: ({columns}: FilterSlice) => engine.memory.packedBatchBytes(matrixCount, C, columns),
    compare: true,
  };
  const roomFor = ({columns}: FilterSlice) => engine.memory.reservePackedBatch(arena, matrixCount, C, columns);
  return cachedSlices(engine, request, slices, roomFor, () => {
    const {pitch, tap} = filterLayoutOf(work);
    const [copy, tileOffsets] = [arena.floats(filter.length * tap), evenOffsets(arena, C, 4 * pitch)];
    for (const [i, matrix] of filter.entries()) engine.memory.copy(matrix, F, copy.subarray(i * tap), pitch);
    const from = {tileOffsets, rowStep: 4 * (halo[1] + 1) * tap, columnStep: 4 * tap};
    return ({first, columns: lanes}, room) =>
      transform.transformFilter(engine, {source: copy.subarray(first), lanes, ...from}, room);
  });
}

/**
 * Floats from row to row of a tap's matrix, and from tap to tap. Padding avoids powers of two, which would put rows or taps in
 * the same cache lines.
 */
function filterLayoutOf({filter, C, F}: TileFilter): {pitch: number; tap: number} {
  const isTransposed = filter[0].columnStride !== 1; // only then are many rows written at a time
  const pitch = isTransposed && F % 64 === 0 ? F + 16 : F;
  return {pitch, tap: Math.ceil((C * pitch) / 16) * 16 + 16};
}
