import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';

/** Positions along one axis that read through the same taps, at the same distances from one another. */
export interface TapSet {
  /** The taps, in the order of the places that they read in the source. */
  taps: number[];
  /** The distance of the place that each tap reads from the first tap's place. */
  offsets: number[];
  positions: number[];
}

/** Which places of the source each position of a pass's results reads along one axis. Taps that lead outside the source are left out. */
export interface TapRange {
  size: number;
  sourceSize: number;
  groups: readonly TapSet[];
  /** The group of each position. */
  groupOf: readonly TapSet[];
  /** The first and last place that each position reads; 0 and -1 if it reads nothing. */
  first: readonly number[];
  last: readonly number[];
}

/** The rows and columns of x that the pixels of y read. */
export function tapRangeOf(info: Conv2DInfo): [rows: TapRange, columns: TapRange] {
  const {filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  return [
    along(info.outHeight, info.inHeight, filterHeight, (h, i) => h * strideHeight - padTop + i * dilationHeight),
    along(info.outWidth, info.inWidth, filterWidth, (w, j) => w * strideWidth - padLeft + j * dilationWidth),
  ];
}

/** The rows and columns of dy that the pixels of dx read. */
export function transposedTapRangeOf(info: Conv2DInfo): [rows: TapRange, columns: TapRange] {
  const {filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  return [
    along(info.inHeight, info.outHeight, filterHeight, (h, i) => (h + padTop - i * dilationHeight) / strideHeight),
    along(info.inWidth, info.outWidth, filterWidth, (w, j) => (w + padLeft - j * dilationWidth) / strideWidth),
  ];
}

/** The range of places that `count` positions read, from `position` on. */
export function sourceRange({first, last}: TapRange, position: number, count: number): {first: number; count: number} {
  let [from, end] = [Number.POSITIVE_INFINITY, -1];
  for (let i = position; i < Math.min(position + count, first.length); i++) {
    if (last[i] < 0) continue;
    from = Math.min(from, first[i]);
    end = Math.max(end, last[i]);
  }
  return end < 0 ? {first: 0, count: 0} : {first: from, count: end - from + 1};
}

function along(
  size: number,
  sourceSize: number,
  tapCount: number,
  read: (position: number, tap: number) => number,
): TapRange {
  const groups = new Map<string, TapSet>();
  const groupOf: TapSet[] = [];
  const first: number[] = [];
  const last: number[] = [];
  for (let position = 0; position < size; position++) {
    const taps: number[] = [];
    const offsets: number[] = [];
    for (let tap = 0; tap < tapCount; tap++) {
      const offset = read(position, tap);
      if (offset < 0 || offset >= sourceSize || !Number.isInteger(offset)) continue;
      taps.push(tap);
      offsets.push(offset);
    }
    if (offsets.length > 1 && offsets[1] < offsets[0]) {
      taps.reverse();
      offsets.reverse();
    }
    const key = taps.join();
    const group = groups.get(key) ?? {taps, offsets: offsets.map((place) => place - offsets[0]), positions: []};
    groups.set(key, group);
    group.positions.push(position);
    groupOf.push(group);
    first.push(offsets[0] ?? 0);
    last.push(offsets.at(-1) ?? -1);
  }
  return {size, sourceSize, groups: [...groups.values()], groupOf, first, last};
}
