import {type Arena, arrayBytes, type Engine, type PackedPlanes, type Stacked} from '../../engine/engine.js';
import {steps} from '../../engine/steps.js';
import {keptSlices, type Slice} from '../windows/slices.js';
import type {Turning} from './turning.js';

/** A filter as a convolution in tiles has it. */
export interface TileFilter {
  /** A matrix [C, F] for each tap, all of one array. */
  filter: readonly Stacked[];
  C: number;
  F: number;
}

/** Bytes of an arena that `turnedFilter` takes, where it keeps nothing. */
export function filterBytesOf(
  {planes}: Turning,
  work: TileFilter,
  [{columns}]: readonly Slice[],
  engine: Engine,
): number {
  const {C, filter} = work;
  const {tap} = layoutOf(work);
  return 4 * (filter.length * tap + C) + 2 * arrayBytes + engine.packedPlanesBytes(planes, C, columns);
}

/** The planes of a filter's slices. */
export function turnedFilter(
  turning: Turning,
  work: TileFilter,
  slices: readonly Slice[],
  engine: Engine,
  arena: Arena,
): (slice: Slice) => PackedPlanes {
  const {filter, C, F} = work;
  const {name, planes, more} = turning;
  const wanted = {
    source: filter[0].data,
    recipe: [name, more, C, F, filter[0].offset, filter[0].columnStride].join(' '),
    bytesOf: ({columns}: Slice) => engine.packedPlanesBytes(planes, C, columns),
    compare: true,
  };
  const roomFor = ({columns}: Slice) => engine.reservePlanes(arena, planes, C, columns);
  return keptSlices(engine, wanted, slices, roomFor, () => {
    const {pitch, tap} = layoutOf(work);
    const [copy, tiles] = [arena.floats(filter.length * tap), steps(arena, C, 4 * pitch)];
    for (const [i, matrix] of filter.entries()) engine.copy(matrix, F, copy.subarray(i * tap), pitch);
    const from = {tiles, rowStep: 4 * (more[1] + 1) * tap, columnStep: 4 * tap};
    return ({first, columns: lanes}, room) =>
      turning.filters(engine, {source: copy.subarray(first), lanes, ...from}, room);
  });
}

/** Floats from row to row of a tap's matrix and from tap to tap. No powers of two, since such rows or taps would meet in the same lines of a cache. */
function layoutOf({filter, C, F}: TileFilter): {pitch: number; tap: number} {
  const isTurned = filter[0].columnStride !== 1; // only then are many rows written at a time
  const pitch = isTurned && F % 64 === 0 ? F + 16 : F;
  return {pitch, tap: Math.ceil((C * pitch) / 16) * 16 + 16};
}
