import {type Arena, arrayBytes, type Engine, type PackedPlanes, type Stacked} from '../../engine/engine.js';
import {steps} from '../../engine/steps.js';
import type {Slice} from '../windows/slices.js';
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

/** The planes of a filter's slices: kept ones, or the only one, or one after another in the same room. */
export function turnedFilter(
  turning: Turning,
  work: TileFilter,
  slices: readonly Slice[],
  engine: Engine,
  arena: Arena,
): (slice: Slice) => PackedPlanes {
  const {filter, C, F} = work;
  const {name, planes, more} = turning;
  const roomFor = ({columns}: Slice) => engine.reservePlanes(arena, planes, C, columns);
  const turner = () => {
    const {pitch, tap} = layoutOf(work);
    const [copy, tiles] = [arena.floats(filter.length * tap), steps(arena, C, 4 * pitch)];
    for (const [i, matrix] of filter.entries()) engine.copy(matrix, F, copy.subarray(i * tap), pitch);
    const from = {tiles, rowStep: 4 * (more[1] + 1) * tap, columnStep: 4 * tap};
    return ({first, columns: lanes}: Slice, room: PackedPlanes) =>
      turning.filters(engine, {source: copy.subarray(first), lanes, ...from}, room);
  };
  const wanted = {
    source: filter[0].data,
    recipe: [name, more, C, F, filter[0].offset, filter[0].columnStride, slices.length].join(' '),
    bytes: slices.reduce((sum, {columns}) => sum + engine.packedPlanesBytes(planes, C, columns), 0),
    compare: true,
  };
  const kept = engine.keep(wanted, () => {
    const rooms = slices.map(roomFor);
    const turn = turner();
    return new Map(slices.map((slice, i) => [slice.first, turn(slice, rooms[i])]));
  });
  if (kept) return ({first}) => kept.get(first) as PackedPlanes;
  const [room, turn] = [roomFor(slices[0]), turner()];
  if (slices.length > 1) return (slice) => turn(slice, room);
  const only = turn(slices[0], room);
  return () => only;
}

/** Floats from row to row of a tap's matrix and from tap to tap. No powers of two, since such rows or taps would meet in the same lines of a cache. */
function layoutOf({filter, C, F}: TileFilter): {pitch: number; tap: number} {
  const isTurned = filter[0].columnStride !== 1; // only then are many rows written at a time
  const pitch = isTurned && F % 64 === 0 ? F + 16 : F;
  return {pitch, tap: Math.ceil((C * pitch) / 16) * 16 + 16};
}
